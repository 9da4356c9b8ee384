import assert from "node:assert/strict";
import { test } from "node:test";
import { quantile } from "./quantile.ts";

test("quantiles are straight between neighbours", () => {
  assert.deepEqual(
    [0, 0.25, 0.5, 0.9, 1].map((share) => quantile([1, 2, 4, 8, 16], share)),
    [1, 2, 4, 12.8, 16],
  );
});
