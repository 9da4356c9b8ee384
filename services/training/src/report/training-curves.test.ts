import assert from "node:assert/strict";
import { test } from "node:test";
import { movingAverage } from "./training-curves.ts";

test("the moving average takes in as many points as there are, and at most its window", () => {
  assert.deepEqual(movingAverage([2, 4, 6, 8], 2), [2, 3, 5, 7]);
  const many = movingAverage(Array.from({ length: 100 }, (_, i) => i));
  assert.ok(Math.abs(many[99]! - 79.5) < 1e-9, "of the last 40, as in the paper");
});
