import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDisturbance, kindOf, LINKS, planRun, VICTIMS } from "./plan.ts";

const options = { seed: 7, minutes: 60, studies: 10_000, replicas: 2 };

test("the same options give the same run, another seed another one", () => {
  assert.deepEqual(planRun(options), planRun(options));
  assert.notDeepEqual(planRun(options), planRun({ ...options, seed: 8 }));
});

test("all studies are sent, over episodes that fill the time", () => {
  const plan = planRun(options);
  assert.equal(plan.length, 30);
  assert.equal(
    plan.reduce((sum, { studies }) => sum + studies, 0),
    10_000,
  );
  assert.equal(planRun({ ...options, minutes: 0.5, studies: 12 }).length, 1);
});

test("a long run meets everything that can go wrong", () => {
  const kinds = new Set(
    planRun(options).flatMap(({ disturbances }) => disturbances.map((one) => kindOf(one.disturbance))),
  );
  const expected = [
    ...VICTIMS.flatMap((victim) => ["kill", "terminate", "pause"].map((kind) => `${kind} ${victim}`)),
    ...LINKS.flatMap((link) =>
      ["latency", "bandwidth", "half-open", "reset", "truncation", "garbage"].map((toxic) => `${link} ${toxic}`),
    ),
    ...["away", "silent", "reset", "AE", "AR"].map((behaviour) => `ris ${behaviour}`),
    ...["repository away", "disk-full", "clock", "power-cut"],
  ];
  assert.deepEqual([...kinds].sort(), expected.sort());
  assert.deepEqual([...new Set(planRun(options).flatMap(({ away }) => away))].sort(), ["repository", "ris"]);
});

test("every disturbance begins and ends while studies are sent, and can be told", () => {
  for (const { loadMs, disturbances } of planRun(options)) {
    for (const { atMs, disturbance } of disturbances) {
      assert.ok(atMs >= 0 && disturbance.forMs > 0, JSON.stringify(disturbance));
      assert.ok(atMs + disturbance.forMs <= 1.06 * loadMs, JSON.stringify(disturbance));
      assert.match(describeDisturbance(disturbance), / for [0-9.]+ s$/);
    }
  }
});
