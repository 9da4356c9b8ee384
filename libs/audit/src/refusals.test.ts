import assert from "node:assert/strict";
import { test } from "node:test";
import { type Refusal, Refusals } from "./refusals.ts";

test("the first of a kind is told at once, and the others once a minute, with their number", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const told: [Refusal, number][] = [];
  const refusals = new Refusals({ tell: (...one) => told.push(one) });
  const here = { code: "UNAUTHORIZED", address: "10.0.0.1" };
  const there = { code: "UNAUTHORIZED", address: "10.0.0.2" };
  for (const one of [here, here, there, here]) refusals.note(one);
  assert.deepEqual(told, [
    [here, 1],
    [there, 1],
  ]);
  context.mock.timers.tick(60_000);
  assert.deepEqual(told.slice(2), [[here, 2]]);
  refusals.note(here);
  refusals.note(here);
  refusals.close();
  assert.deepEqual(told.slice(3), [
    [here, 1],
    [here, 1],
  ]);
});

test("who comes from a million addresses is told in about a hundred messages a minute", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let messages = 0;
  let attempts = 0;
  const refusals = new Refusals({
    tell: (_refusal, count) => {
      messages += 1;
      attempts += count;
    },
  });
  for (let n = 0; n < 1_000_000; n += 1) refusals.note({ code: "UNAUTHORIZED", address: `2001:db8::${n}` });
  context.mock.timers.tick(60_000);
  refusals.close();
  assert.equal(attempts, 1_000_000);
  assert.ok(messages <= 2 * 101, `${messages}`);
});
