import assert from "node:assert/strict";
import { test } from "node:test";
import { areaUnderCurve } from "@redspot/statistics";
import { ASAH } from "@redspot/statistics/published-data";
import { bootstrapInterval } from "./bootstrap.ts";

const near = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) < within, `${found}, not ${expected}`);

/** Spatial test of 26 children, test A: Efron & Tibshirani, An Introduction to the Bootstrap (1993), table 14.1. */
const SPATIAL = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];

function variance(rows: Uint32Array): number {
  const values = Array.from(rows, (row) => SPATIAL[row]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

test("intervals of the variance in Efron and Tibshirani's table 14.2", () => {
  const all = new Uint8Array(SPATIAL.length);
  const options = { seed: 1, replicates: 20_000, level: 0.9 };
  // They print 100.8 to 233.9 and 115.8 to 259.6 for 2,000 resamples, scipy 1.10.1 gives 98.3 to 235.5 and 115.8 to 261.7 for 50,000.
  const percentile = bootstrapInterval(all, variance, options);
  near(percentile.value, 171.534, 1e-3);
  near(percentile.low, 98.34, 2);
  near(percentile.high, 235.48, 2);
  const corrected = bootstrapInterval(all, variance, { ...options, method: "BCa" });
  near(corrected.low, 115.83, 2);
  near(corrected.high, 261.66, 3);
  assert.equal(corrected.method, "stratified bootstrap, 20000 resamples, BCa, 90 %");
});

test("resamples are stratified: each has as many cases of either class as there are", () => {
  const labels = Uint8Array.of(1, 0, 0, 0, 1);
  const seen: number[] = [];
  bootstrapInterval(labels, (rows) => seen.push(rows.filter((row) => labels[row] === 1).length), {
    seed: 1,
    replicates: 50,
  });
  assert.ok(seen.length === 51 && seen.every((fractures) => fractures === 2));
});

test("the interval of an area is near pROC's, and the same seed gives it again", () => {
  const area = (rows: Uint32Array) =>
    areaUnderCurve(
      Float64Array.from(rows, (row) => ASAH.s100b[row]!),
      Uint8Array.from(rows, (row) => ASAH.labels[row]!),
    ).value;
  const interval = bootstrapInterval(ASAH.labels, area, { seed: 3 });
  // pROC 1.18.0, ci.auc(method = "bootstrap") with 20,000 stratified resamples.
  near(interval.low, 0.6282, 0.01);
  near(interval.high, 0.8276, 0.01);
  assert.deepEqual(bootstrapInterval(ASAH.labels, area, { seed: 3 }), interval);
  assert.notDeepEqual(bootstrapInterval(ASAH.labels, area, { seed: 4 }), interval);
});

test("a statistic that never varies has an interval of no width", () => {
  for (const method of ["percentile", "BCa"] as const) {
    const { low, high } = bootstrapInterval(Uint8Array.of(0, 1, 1), () => 7, { seed: 1, replicates: 20, method });
    assert.deepEqual([low, high], [7, 7]);
  }
});
