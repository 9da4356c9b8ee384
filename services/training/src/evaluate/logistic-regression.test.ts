import assert from "node:assert/strict";
import { test } from "node:test";
import { fitLogisticRegression, logOdds } from "./logistic-regression.ts";

test("it gives the coefficients of a worked example", () => {
  // Hours of study and whether the examination was passed: Wikipedia, "Logistic regression", 1.5046 and -4.0777.
  const hours = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5];
  const labels = Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1);
  const { weights, intercept } = fitLogisticRegression({ values: hours.map((one) => [one]), labels }, { ridge: 1e-9 });
  assert.equal(weights[0]!.toFixed(4), "1.5046");
  assert.equal(intercept.toFixed(4), "-4.0777");
});

test("classes that a measure parts, and measures that never change, have an answer too", () => {
  const values = [
    [1, 7],
    [2, 7],
    [3, 7],
    [4, 7],
  ];
  const fit = fitLogisticRegression({ values, labels: Uint8Array.of(0, 0, 1, 1) });
  assert.equal(fit.weights[1], 0);
  const odds = logOdds(fit, values);
  assert.ok(odds[1]! < 0 && odds[2]! > 0 && odds.every(Number.isFinite), `${odds}`);
});
