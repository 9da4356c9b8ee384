import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { normalDistribution, normalQuantile, twoSided } from "./normal.ts";

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual / expected - 1) < 1e-13, `${actual}, not ${expected}`);

test("the distribution function is that of scipy 1.10.1 (norm.cdf)", () => {
  near(normalDistribution(-10), 7.61985302416047e-24);
  near(normalDistribution(-8), 6.22096057427174e-16);
  near(normalDistribution(-3.5), 0.00023262907903552502);
  near(normalDistribution(-1), 0.15865525393145707);
  assert.equal(normalDistribution(0), 0.5);
  near(normalDistribution(0.3), 0.6179114221889526);
  near(normalDistribution(1.96), 0.9750021048517795);
  near(normalDistribution(5), 0.9999997133484281);
  near(twoSided(1.959963984540054), 0.05);
});

test("the quantile is that of scipy 1.10.1 (norm.ppf)", () => {
  near(normalQuantile(1e-10), -6.361340902404056);
  near(normalQuantile(0.001), -3.090232306167813);
  near(normalQuantile(0.3), -0.5244005127080409);
  near(normalQuantile(0.975), 1.959963984540054);
  near(normalQuantile(0.9999), 3.719016485455709);
  for (const p of [0, 1, Number.NaN]) assert.throws(() => normalQuantile(p), RangeError);
});

test("quantile and distribution undo each other", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (p) => {
      assert.ok(Math.abs(normalDistribution(normalQuantile(p)) - p) < 1e-14);
    }),
  );
});
