import assert from "node:assert/strict";
import { test } from "node:test";
import { calibrationZ, kolmogorovSmirnov, movingShare, populationStability, weightedSample } from "./drift.ts";
import { normalQuantile } from "./normal.ts";
import { randomStream } from "./random-stream.ts";

const close = (actual: number, expected: number, by = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= by, `${actual} is ${expected} to ${by}`);
const equal = (values: number[]) =>
  weightedSample(
    values,
    values.map(() => 1),
  );
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

/** Draws evenly between 0 and 1. */
function uniform(seed: number): () => number {
  const random = randomStream(seed, "drift");
  return () => ((random.next() >>> 0) + 0.5) / 2 ** 32;
}

/** Normal deviates, moved by a shift. */
function draw(seed: number, n: number, shift = 0): number[] {
  const random = uniform(seed);
  return Array.from({ length: n }, () => normalQuantile(random()) + shift);
}

test("weights decide how much of a sample lies where, and how much it says", () => {
  const { values, upTo, effectiveSize } = weightedSample([3, 1, 2], [1, 2, 1]);
  assert.deepEqual([...values], [1, 2, 3]);
  assert.deepEqual([...upTo], [0.5, 0.75, 1]);
  close(effectiveSize, 16 / 6);
  assert.throws(() => weightedSample([], []), RangeError);
});

test("Kolmogorov and Smirnov's distance and its limit", () => {
  // By hand: F is 0.5 at 2, where G is 0; no other difference is larger.
  const { value } = kolmogorovSmirnov(equal([1, 2, 3, 4]), [2.5, 3.5, 4.5, 5.5]);
  close(value, 0.5);
  close(kolmogorovSmirnov(equal(upTo(100)), upTo(100)).value, 0);
  // c(0.001) = 1.949 for two samples of 200: 1.949 sqrt(2/200).
  close(kolmogorovSmirnov(equal(upTo(200)), upTo(200)).limit, 0.1949, 1e-4);
});

test("the population stability index", () => {
  const same = populationStability(equal(upTo(1000)), upTo(1000));
  close(same.value, 0);
  // Chi-squared of 9 degrees of freedom passes 27.88 with chance 0.001 (tables); 28.06 by the approximation.
  close(same.limit, 27.88 * 0.002, 0.0005);
  // Two bins, by hand: half and half expected, a quarter and three quarters come: 0.25 ln 3, but for the half values.
  const shifted = populationStability(equal(upTo(1000)), [...upTo(250), ...upTo(750).map((one) => one + 500)], {
    bins: 2,
  });
  close(shifted.value, (2 * 0.25 * Math.log(3)) / 2, 0.002);
});

test("what has not changed rarely passes the limits; what has does", () => {
  const reference = equal(draw(1, 238));
  let [alarms, seen] = [0, 0];
  for (let seed = 2; seed < 102; seed++) {
    const quiet = draw(seed, 200);
    if (populationStability(reference, quiet).value > populationStability(reference, quiet).limit) alarms++;
    const moved = draw(seed, 200, 0.6);
    const distance = kolmogorovSmirnov(reference, moved);
    if (distance.value > distance.limit) seen++;
  }
  assert.ok(alarms <= 2, `${alarms} of 100`);
  assert.ok(seen >= 95, `${seen} of 100`);
});

test("a moving share stays within its limits as long as it is what is expected", () => {
  const random = uniform(5);
  const answers = (share: number, n: number) => Array.from({ length: n }, () => random() < share);
  const usual = movingShare(answers(0.3, 400), 0.3, { from: 1e9 });
  assert.ok(usual.low < usual.value && usual.value < usual.high);
  const doubled = movingShare(answers(0.6, 200), 0.3, { from: 238 });
  assert.ok(doubled.value > doubled.high);
  // The asymptotic limits of lambda 0.02: 3.3 sqrt(0.21 * 0.02 / 1.98).
  close(movingShare(answers(0.3, 2000), 0.3, { from: 1e12 }).high, 0.3 + 3.3 * Math.sqrt((0.21 * 0.02) / 1.98), 1e-6);
});

test("Spiegelhalter's z is small where probabilities are kept, and large where they are not", () => {
  const random = uniform(9);
  const probabilities = Array.from({ length: 500 }, () => 0.05 + 0.9 * random());
  const kept = probabilities.map((p) => random() < p);
  assert.ok(Math.abs(calibrationZ(probabilities, kept)) < 3);
  const overconfident = probabilities.map((p) => random() < 0.5 + (p - 0.5) / 3);
  assert.ok(calibrationZ(probabilities, overconfident) > 4);
  // By hand: one case at 0.9 that did not come: (0 - 0.9)(1 - 1.8) / sqrt(0.64 * 0.09).
  close(calibrationZ([0.9], [false]), 0.72 / Math.sqrt(0.64 * 0.09));
});
