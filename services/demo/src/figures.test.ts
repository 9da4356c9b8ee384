import assert from "node:assert/strict";
import { test } from "node:test";
import { mean, quantile, rounded } from "./figures.ts";

test("quantiles lie between neighbours", () => {
  // R: quantile(c(3, 1, 2, 10), c(0.5, 0.95))
  assert.equal(quantile([3, 1, 2, 10], 0.5), 2.5);
  assert.equal(rounded(quantile([3, 1, 2, 10], 0.95), 6), 8.95);
  assert.equal(quantile([7], 0.95), 7);
  assert.equal(quantile([], 0.5), undefined);
});

test("the mean of none is none", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(mean([]), undefined);
});
