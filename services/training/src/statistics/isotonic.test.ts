import assert from "node:assert/strict";
import { test } from "node:test";
import { calibrate } from "@redspot/model";
import { DRAWN } from "@redspot/statistics/published-data";
import fc from "fast-check";
import { fitIsotonic, isotonicKnots, isotonicRegression } from "./isotonic.ts";

const near = (found: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(found - expected) < within, `${found}, not ${expected}`);

test("weighted values are pooled as scikit-learn 1.2.1 pools them", () => {
  // IsotonicRegression().fit_transform([1, 2, 3, 4, 5], [1, 3, 2, 4, 1], sample_weight=[1, 2, 1, 1, 3])
  const fitted = isotonicRegression([1, 3, 2, 4, 1], [1, 2, 1, 1, 3]);
  for (const [i, expected] of [1, 15 / 7, 15 / 7, 15 / 7, 15 / 7].entries()) near(fitted[i]!, expected);
});

test("knots are scikit-learn's thresholds", () => {
  // scikit-learn 1.2.1, IsotonicRegression().fit(...): X_thresholds_ and y_thresholds_.
  const knots = isotonicKnots(DRAWN.scores, DRAWN.labels);
  assert.deepEqual(
    knots.map(({ x }) => x),
    [0.1, 0.2, 0.3, 0.37, 0.38, 0.53, 0.54, 0.7, 0.8, 0.9],
  );
  for (const [i, expected] of [0, 0, 1 / 3, 1 / 3, 0.4, 0.4, 0.8, 0.8, 1, 1].entries()) near(knots[i]!.y, expected);
});

test("calibration never claims certainty: 0 and 1 become Platt's targets", () => {
  const map = fitIsotonic(DRAWN.scores, DRAWN.labels);
  near(calibrate(map, 0.05), 1 / 12);
  near(calibrate(map, 0.95), 11 / 12);
  near(calibrate(map, 0.6), 1 / 12 + 0.8 * (10 / 12));
});

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 80 });

test("the fit never falls, keeps the sum, and fitting it again changes nothing", () => {
  fc.assert(
    fc.property(values, (given) => {
      const fitted = isotonicRegression(given);
      assert.ok(fitted.every((value, i) => i === 0 || value >= fitted[i - 1]!));
      const sum = (all: ArrayLike<number>) => Array.from(all).reduce((total, value) => total + value, 0);
      near(sum(fitted), sum(given), 1e-8);
      assert.deepEqual(isotonicRegression(fitted), fitted);
    }),
  );
});

test("calibrated probabilities lie strictly between 0 and 1 and keep the order of the logits", () => {
  const cases = fc.array(fc.tuple(fc.double({ min: -30, max: 30, noNaN: true }), fc.boolean()), { minLength: 1 });
  fc.assert(
    fc.property(cases, (all) => {
      const map = fitIsotonic(
        all.map(([logit]) => logit),
        Uint8Array.from(all, ([, label]) => Number(label)),
      );
      const sorted = all.map(([logit]) => logit).sort((a, b) => a - b);
      const calibrated = sorted.map((logit) => calibrate(map, logit));
      assert.ok(calibrated.every((p, i) => p > 0 && p < 1 && (i === 0 || p >= calibrated[i - 1]!)));
    }),
  );
});
