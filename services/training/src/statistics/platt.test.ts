import assert from "node:assert/strict";
import { test } from "node:test";
import { calibrate } from "@redspot/model";
import { DRAWN } from "@redspot/statistics/published-data";
import fc from "fast-check";
import { fitPlatt } from "./platt.ts";

test("the fit is the maximum of the likelihood with Platt's targets", () => {
  // Golden numbers from scipy.optimize.minimize on the same likelihood.
  const { slope, intercept } = fitPlatt(
    DRAWN.scores.map((score) => (score - 0.5) * 8),
    DRAWN.labels,
  );
  assert.ok(Math.abs(slope - 0.52009469) < 1e-7, `${slope}`);
  assert.ok(Math.abs(intercept - 0.15262562) < 1e-7, `${intercept}`);
});

test("the fit is scikit-learn's, to the tolerance of its optimiser", () => {
  // scikit-learn 1.2.1, sklearn.calibration._SigmoidCalibration, whose a_ and b_ have the other sign.
  const whole = fitPlatt(DRAWN.scores, DRAWN.labels);
  assert.ok(Math.abs(whole.slope - 4.1607708) < 1e-4 && Math.abs(whole.intercept + 1.9277604) < 1e-4);
  const uneven = fitPlatt(DRAWN.scores.slice(0, 14), DRAWN.labels.subarray(0, 14));
  assert.ok(Math.abs(uneven.slope - 4.2596044) < 1e-4 && Math.abs(uneven.intercept + 2.2213278) < 1e-4);
});

test("where higher logits go with fractures, calibration keeps their order, within 0 and 1", () => {
  const cases = fc.array(fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.boolean()), { minLength: 2 });
  fc.assert(
    fc.property(cases, (all) => {
      const logits = all.map(([logit]) => logit);
      const map = fitPlatt(
        logits,
        Uint8Array.from(all, ([, label]) => Number(label)),
      );
      fc.pre(map.slope > 0);
      const calibrated = logits.toSorted((a, b) => a - b).map((logit) => calibrate(map, logit));
      assert.ok(calibrated.every((p, i) => p >= 0 && p <= 1 && (i === 0 || p >= calibrated[i - 1]!)));
    }),
  );
});

test("two values of the logit are fitted exactly: each gets the mean of its targets", () => {
  const logits = [...Array(10).fill(1), ...Array(10).fill(-1)];
  const labels = Uint8Array.from([...Array(8).fill(1), 0, 0, ...Array(7).fill(0), 1, 1, 1]);
  const { slope, intercept } = fitPlatt(logits, labels);
  const [high, low] = [12 / 13, 1 / 11];
  const probability = (z: number) => 1 / (1 + Math.exp(-(slope * z + intercept)));
  assert.ok(Math.abs(probability(1) - (8 * high + 2 * low) / 10) < 1e-9);
  assert.ok(Math.abs(probability(-1) - (3 * high + 7 * low) / 10) < 1e-9);
});

test("logits that part the classes without error give a finite slope", () => {
  const { slope, intercept } = fitPlatt([-3000, -2000, 2000, 3000], Uint8Array.of(0, 0, 1, 1));
  assert.ok(Number.isFinite(slope) && slope > 0 && Number.isFinite(intercept), `${slope} ${intercept}`);
});
