import assert from "node:assert/strict";
import { test } from "node:test";
import { fitPlatt } from "./platt.ts";

test("the fit is the maximum of the likelihood with Platt's targets", () => {
  // Golden numbers from scipy.optimize.minimize on the same likelihood.
  const scores = [
    0.9, 0.8, 0.7, 0.6, 0.55, 0.54, 0.53, 0.505, 0.4, 0.39, 0.38, 0.37, 0.36, 0.35, 0.34, 0.33, 0.3, 0.1, 0.7, 0.2,
  ];
  const labels = Uint8Array.from([1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0]);
  const { slope, intercept } = fitPlatt(
    scores.map((score) => (score - 0.5) * 8),
    labels,
  );
  assert.ok(Math.abs(slope - 0.52009469) < 1e-7, `${slope}`);
  assert.ok(Math.abs(intercept - 0.15262562) < 1e-7, `${intercept}`);
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
