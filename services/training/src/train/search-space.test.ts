import assert from "node:assert/strict";
import { test } from "node:test";
import { PAPER_OPTIONS } from "./head-options.ts";
import { drawTrials, gridOf, parseDimension, withChanges } from "./search-space.ts";

test("a dimension is a list of values or a range", () => {
  assert.deepEqual(parseDimension("learning-rate=0.005,0.02"), { name: "learning-rate", values: [0.005, 0.02] });
  assert.deepEqual(parseDimension("l2=1e-5..1e-2"), { name: "l2", values: { from: 1e-5, to: 1e-2 } });
  for (const [text, said] of [
    ["momentum=0.9", /"momentum" is none of learning-rate/],
    ["l2=", /"" in "l2=" is no number/],
    ["l2=0,x", /"x"/],
    ["l2=0..1", /from above 0/],
    ["l2=2..1", /from above 0/],
  ] as const) {
    assert.throws(() => parseDimension(text), said);
  }
});

test("a grid is every combination", () => {
  const grid = gridOf([parseDimension("l2=0,0.1"), parseDimension("batch=10,20,50")]);
  assert.equal(grid.length, 6);
  assert.deepEqual(grid[4], { l2: 0.1, batch: 20 });
  assert.throws(() => gridOf([parseDimension("l2=0.1..1")]), { code: "OPTIONS_INVALID" });
});

test("random trials stay within what was given, and are the same for the same seed", () => {
  const dimensions = [parseDimension("l2=1e-4..1e-1"), parseDimension("dropout=0,0.5")];
  const trials = drawTrials(dimensions, 300, 1);
  assert.ok(trials.every(({ l2, dropout }) => l2! >= 1e-4 && l2! <= 1e-1 && [0, 0.5].includes(dropout!)));
  // Evenly on the logarithm: a third of them in each decade.
  const lowest = trials.filter(({ l2 }) => l2! < 1e-3).length;
  assert.ok(lowest > 70 && lowest < 130, `${lowest}`);
  assert.deepEqual(drawTrials(dimensions, 300, 1), trials);
  assert.notDeepEqual(drawTrials(dimensions, 300, 2), trials);
});

test("changes change what they name and nothing else", () => {
  const changed = withChanges(PAPER_OPTIONS, { "learning-rate": 0.1, "fracture-weight": 2, batch: 32.4 });
  assert.deepEqual(changed, {
    ...PAPER_OPTIONS,
    schedule: { ...PAPER_OPTIONS.schedule, initialLearningRate: 0.1, minibatch: 32 },
    classWeights: { fracture: 2, noFracture: 1 },
  });
  assert.throws(() => withChanges(PAPER_OPTIONS, { dropout: 1.5 }), { code: "OPTIONS_INVALID" });
});
