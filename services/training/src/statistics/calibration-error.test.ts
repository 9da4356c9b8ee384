import assert from "node:assert/strict";
import { test } from "node:test";
import { DRAWN } from "@redspot/statistics/published-data";
import { expectedCalibrationError, reliabilityBins } from "./calibration-error.ts";
import { brierScore, decomposeBrier, logLoss } from "./proper-scores.ts";

const { scores, labels } = DRAWN;
const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-12, `${found}, not ${expected}`);

test("bins are those of scikit-learn", () => {
  // scikit-learn 1.2.1, calibration_curve(n_bins=5), strategies "quantile" and "uniform": true and mean predicted.
  const golden = {
    mass: [
      [0.25, 0.2325],
      [0.25, 0.355],
      [0.5, 0.41875],
      [0.75, 0.555],
      [0.75, 0.775],
    ],
    width: [
      [0, 0.15],
      [4 / 9, 0.35777777777777775],
      [0.6, 0.545],
      [2 / 3, 0.7333333333333334],
      [1, 0.9],
    ],
  } as const;
  for (const by of ["mass", "width"] as const) {
    const bins = reliabilityBins(scores, labels, { bins: 5, by });
    assert.equal(bins.length, golden[by].length);
    for (const [i, [fractures, probability]] of golden[by].entries()) {
      near(bins[i]!.fractures.value, fractures);
      near(bins[i]!.meanProbability, probability);
    }
  }
});

test("the expected calibration error is the bins' mean distance", () => {
  // Computed with numpy from the definition.
  near(expectedCalibrationError(scores, labels, { bins: 5 }), 0.08475);
  near(expectedCalibrationError(scores, labels, { bins: 5, by: "width" }), 0.08275);
  near(expectedCalibrationError([0.5, 0.5], Uint8Array.of(0, 1)), 0);
});

test("cases of one probability stay in one bin", () => {
  const bins = reliabilityBins([0.2, 0.2, 0.2, 0.2, 0.7], Uint8Array.of(0, 0, 0, 1, 1), { bins: 5 });
  assert.deepEqual(
    bins.map(({ n }) => n),
    [4, 1],
  );
});

test("Brier score and log loss are those of scikit-learn", () => {
  // scikit-learn 1.2.1, brier_score_loss and log_loss.
  near(brierScore(scores, labels), 0.20550125);
  near(logLoss(scores, labels), 0.5900630668704355);
  assert.ok(Number.isFinite(logLoss([0, 1], Uint8Array.of(1, 0))));
});

test("the parts of a Brier score add up to it", () => {
  const { miscalibration, discrimination, uncertainty } = decomposeBrier(scores, labels);
  near(miscalibration - discrimination + uncertainty, brierScore(scores, labels));
  near(uncertainty, 0.25);
  // The Brier score of scikit-learn 1.2.1's isotonic regression of the same cases.
  near(discrimination, 0.25 - 0.16666666666666669);
});
