import assert from "node:assert/strict";
import { test } from "node:test";
import { studentQuantile } from "./student-t.ts";

test("the quantiles are those of the tables (Abramowitz & Stegun, table 26.10)", () => {
  for (const [df, quantile] of [
    [5, 2.571],
    [9, 2.262],
    [19, 2.093],
    [29, 2.045],
    [120, 1.98],
  ] as const) {
    assert.ok(Math.abs(studentQuantile(0.975, df) - quantile) < 0.0011, `${df}`);
  }
  assert.equal(studentQuantile(0.5, 7), 0);
});
