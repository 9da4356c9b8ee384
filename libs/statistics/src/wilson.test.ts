import assert from "node:assert/strict";
import { test } from "node:test";
import { wilson } from "./wilson.ts";

test("Wilson's interval of 45 in 50 is the one that the paper's sensitivity of 0.90 deserves", () => {
  // Golden numbers from scipy.stats.binomtest(45, 50).proportion_ci(method="wilson").
  const { value, low, high, n } = wilson(45, 50);
  assert.equal(value, 0.9);
  assert.ok(Math.abs(low - 0.7863976856252034) < 1e-12, `${low}`);
  assert.ok(Math.abs(high - 0.9565242350681095) < 1e-12, `${high}`);
  assert.equal(n, 50);
});

test("the intervals of Newcombe's table", () => {
  // Newcombe, Statist. Med. 17 (1998) 857-872, table I, method 3, printed to four digits.
  for (const [successes, n, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const interval = wilson(successes, n);
    assert.equal(interval.low.toFixed(4), low.toFixed(4));
    assert.equal(interval.high.toFixed(4), high.toFixed(4));
  }
});

test("none and all stay within 0 and 1", () => {
  assert.deepEqual([wilson(0, 10).low, wilson(10, 10).high], [0, 1]);
  assert.ok(wilson(0, 10).high > 0.2 && wilson(10, 10).low < 0.8);
});
