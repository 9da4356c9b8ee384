import assert from "node:assert/strict";
import { test } from "node:test";
import { mean, quantileOf, rounded } from "./figures.ts";

test("quantiles are of numbers in any order; that of none is none", () => {
  // R: quantile(c(3, 1, 2, 10), 0.95)
  assert.equal(rounded(quantileOf([3, 1, 2, 10], 0.95), 6), 8.95);
  assert.equal(quantileOf([], 0.5), undefined);
});

test("the mean of none is none", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(mean([]), undefined);
});
