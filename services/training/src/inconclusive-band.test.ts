import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseBand, shareWithin } from "./inconclusive-band.ts";

test("the band takes in the wanted share of the cases, those closest to the cut-off", () => {
  const probabilities = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
  const band = chooseBand(0.5, probabilities, 0.1);
  assert.ok(band.low < 0.5 && band.high > 0.5);
  assert.ok(Math.abs(band.low + band.high - 1) < 1e-12, "symmetric in log odds about one half");
  assert.ok(Math.abs(shareWithin(band, probabilities).value - 0.1) < 0.02);
});

test("a lower edge belongs to the band, an upper edge does not", () => {
  assert.equal(shareWithin({ low: 0.4, high: 0.6 }, [0.4, 0.5, 0.6, 0.7]).value, 0.5);
});
