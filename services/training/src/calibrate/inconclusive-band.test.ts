import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { operatingPointAt, youdenPoint } from "../statistics/roc.ts";
import { TrainingError } from "../training-error.ts";
import { bandReaching, chooseBand, shareWithin } from "./inconclusive-band.ts";

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

const scores = [0.05, 0.1, 0.2, 0.3, 0.4, 0.45, 0.55, 0.6, 0.7, 0.8, 0.9, 0.95];
const labels = Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1);

test("outside the band all is right, and no case more than need be is within", () => {
  // Missed at 0.4, a false alarm at 0.55: between them lie all that must not be answered.
  const band = bandReaching({ sensitivity: 1, specificity: 1 }, 0.5, scores, labels);
  assert.equal(shareWithin(band, scores).value, 3 / 12);
  assert.ok(band.low > 0.3 && band.low <= 0.4 && band.high > 0.55 && band.high <= 0.6, JSON.stringify(band));
});

test("where the cut-off alone reaches what is asked there is no band", () => {
  assert.deepEqual(bandReaching({ sensitivity: 0.8, specificity: 0.8 }, 0.5, scores, labels), { low: 0.5, high: 0.5 });
});

test("what cannot be reached is refused, naming what can", () => {
  const turned = Uint8Array.of(1, 0, 0, 1, 1, 0);
  assert.throws(
    () => bandReaching({ sensitivity: 0.9, specificity: 0.9 }, 0.35, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], turned),
    {
      code: "BAND_UNREACHABLE",
      message: /the nearest are 0\.\d+ and 0\.\d+/,
    },
  );
});

test("any band that is found keeps what was asked, and holds the cut-off", () => {
  const cases = fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.boolean()), { minLength: 4, maxLength: 40 });
  const share = fc.double({ min: 0.5, max: 1, noNaN: true });
  fc.assert(
    fc.property(cases, share, share, (all, sensitivity, specificity) => {
      const drawn = all.map(([score]) => score / 100);
      const truth = Uint8Array.from(all, ([, label]) => Number(label));
      fc.pre(truth.includes(0) && truth.includes(1) && new Set(drawn).size > 1);
      const { cutOff } = youdenPoint(drawn, truth);
      let band: { low: number; high: number };
      try {
        band = bandReaching({ sensitivity, specificity }, cutOff, drawn, truth);
      } catch (error) {
        assert.ok(error instanceof TrainingError);
        return;
      }
      assert.ok(band.low <= cutOff && cutOff <= band.high);
      const rows = [...truth.keys()].filter((row) => drawn[row]! < band.low || drawn[row]! >= band.high);
      const found = operatingPointAt(
        cutOff,
        rows.map((row) => drawn[row]!),
        Uint8Array.from(rows, (row) => truth[row]!),
      );
      assert.ok(found.sensitivity.value >= sensitivity && found.specificity.value >= specificity);
    }),
  );
});
