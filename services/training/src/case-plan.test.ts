import assert from "node:assert/strict";
import { test } from "node:test";
import { planCases } from "./case-plan.ts";

const sizes = { training: 40, calibration: 20, test: 20 };

test("no patient is in two parts, and half of each part has a fracture", () => {
  const plan = planCases(sizes, 1);
  assert.equal(new Set(plan.map(({ seed }) => seed)).size, 80);
  for (const [part, size] of Object.entries(sizes)) {
    const own = plan.filter((one) => one.part === part);
    assert.equal(own.length, size);
    assert.equal(own.filter(({ fracture }) => fracture).length, size / 2, part);
  }
});

test("the same seed plans the same cases, another seed none of them", () => {
  assert.deepEqual(planCases(sizes, 1), planCases(sizes, 1));
  const first = new Set(planCases(sizes, 1).map(({ seed }) => seed));
  assert.ok(planCases(sizes, 2).every(({ seed }) => !first.has(seed)));
});

test("more training cases leave those of the other parts as they were", () => {
  const tested = (training: number) => planCases({ ...sizes, training }, 1).filter(({ part }) => part === "test");
  assert.deepEqual(tested(40), tested(60));
});
