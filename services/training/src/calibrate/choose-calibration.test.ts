import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "@redspot/statistics";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { chooseCalibration } from "./choose-calibration.ts";

/** Cases whose chance of a fracture is the given function of their logit. */
function draw(count: number, chance: (logit: number) => number) {
  const random = randomStream(1, "drawn");
  const logits = Array.from({ length: count }, () => 12 * uniformFloat64(random) - 6);
  const labels = Uint8Array.from(logits, (logit) => Number(uniformFloat64(random) < chance(logit)));
  return { logits, labels, patients: logits.map((_, i) => `${i}`) };
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

test("an overconfident head is calibrated by Platt, and means what it says afterwards", () => {
  const { map, before, after, folds } = chooseCalibration(
    draw(400, (logit) => sigmoid(logit / 4)),
    { seed: 1 },
  );
  assert.equal(map.method, "platt");
  assert.ok(map.method === "platt" && Math.abs(map.slope - 0.25) < 0.06, JSON.stringify(map));
  assert.equal(folds, 10);
  assert.ok(after.platt.logLoss < before.logLoss && after.platt.brier < before.brier);
  assert.ok(after.platt.expectedCalibrationError < before.expectedCalibrationError / 2);
});

test("a shape that is no sigmoid, and cases enough to see it, are calibrated isotonically", () => {
  const stairs = (logit: number) => (logit < -2 ? 0.05 : logit < 2 ? 0.5 : 0.7);
  const { map, after } = chooseCalibration(draw(4000, stairs), { seed: 1 });
  assert.equal(map.method, "isotonic");
  assert.ok(after.isotonic.logLoss < after.platt.logLoss);
});

test("a method that is given is taken, and the comparison still told", () => {
  const cases = draw(100, (logit) => sigmoid(logit / 4));
  const { map, after } = chooseCalibration(cases, { seed: 1, method: "isotonic" });
  assert.equal(map.method, "isotonic");
  assert.deepEqual(chooseCalibration(cases, { seed: 1 }).after, after);
});
