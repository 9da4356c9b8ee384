import assert from "node:assert/strict";
import { test } from "node:test";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { minibatches } from "./minibatches.ts";
import { learningRateAt, PAPER_SCHEDULE } from "./schedule.ts";
import { fitStandardisation, standardise } from "./standardisation.ts";
import { areaUnderCurve } from "./statistics/area-under-curve.ts";
import { logitsOf, trainHead } from "./train-head.ts";

const WIDTH = 16;

/** Cases in which the first two features speak of the label, through noise, and the others say nothing. */
function drawCases(count: number, seed: number) {
  const random = xoroshiro128plus(seed);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const features = Float32Array.from({ length: count * WIDTH }, (_, at) => {
    const told = at % WIDTH < 2 ? labels[Math.floor(at / WIDTH)]! * 0.3 : 0;
    return 5 + told + uniformFloat64(random);
  });
  return { features, labels };
}

const schedule = { ...PAPER_SCHEDULE, iterations: 2000, minibatch: 20 };

test("the schedule is the paper's", () => {
  assert.equal(learningRateAt(PAPER_SCHEDULE, 0), 0.02);
  assert.equal(learningRateAt(PAPER_SCHEDULE, 1799), 0.02);
  assert.equal(learningRateAt(PAPER_SCHEDULE, 1800), 0.02 * 0.67);
  assert.equal(learningRateAt(PAPER_SCHEDULE, 19_999), 0.02 * 0.67 ** 11);
});

test("what it learns holds on cases that it has not seen", () => {
  const head = trainHead(drawCases(400, 1), { schedule, seed: 1 });
  const unseen = drawCases(400, 2);
  const { value } = areaUnderCurve(logitsOf(head, unseen.features), unseen.labels);
  assert.ok(value > 0.8, `area ${value}`);
});

test("the same cases and seed give the same head to the bit, another seed gives another", () => {
  const cases = drawCases(100, 1);
  const head = trainHead(cases, { schedule, seed: 1 });
  assert.deepEqual(trainHead(cases, { schedule, seed: 1 }), head);
  assert.notDeepEqual(trainHead(cases, { schedule, seed: 2 }), head);
});

test("the first step goes down the gradient of the cross-entropy", () => {
  const cases = drawCases(20, 3);
  const one = { ...schedule, iterations: 1, minibatch: 20 };
  const logits = logitsOf(trainHead(cases, { schedule: one, seed: 1 }), cases.features);
  // From zero weights each case errs by 1/2: the step is 0.02 times the mean of (label - 1/2) times the case.
  const inputs = standardise(fitStandardisation(cases), cases.features);
  const weights = Array.from({ length: WIDTH }, (_, k) =>
    cases.labels.reduce((sum, label, i) => sum + (0.02 / 20) * (label - 0.5) * inputs[i * WIDTH + k]!, 0),
  );
  const expected = weights.reduce((sum, weight, k) => sum + weight * inputs[3 * WIDTH + k]!, 0);
  assert.ok(Math.abs(logits[3]! - expected) < 1e-5, `${logits[3]}, not ${expected}`);
});

test("minibatches take every case once a round", () => {
  const batches = minibatches(10, 4, 1);
  const taken = Array.from({ length: 5 }, () => [...batches.next().value]).flat();
  for (const round of [taken.slice(0, 10), taken.slice(10)]) {
    assert.deepEqual(
      round.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  }
  assert.notDeepEqual(taken.slice(0, 10), taken.slice(10));
});
