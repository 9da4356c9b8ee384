import assert from "node:assert/strict";
import { test } from "node:test";
import { areaUnderCurve } from "@redspot/statistics";
import { ASAH, DRAWN } from "@redspot/statistics/published-data";
import fc from "fast-check";
import { operatingPointAt, rocCurve, sensitivityAt, youdenIndex, youdenPoint } from "./roc.ts";
import { rocBand } from "./roc-band.ts";

const near = (found: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(found - expected) < within, `${found}, not ${expected}`);

test("the curve goes from no case to all, a point for each score", () => {
  assert.deepEqual(rocCurve([1, 2, 2, 3], Uint8Array.of(0, 0, 1, 1)), [
    { cutOff: Number.POSITIVE_INFINITY, sensitivity: 0, specificity: 1 },
    { cutOff: 2.5, sensitivity: 0.5, specificity: 1 },
    { cutOff: 1.5, sensitivity: 1, specificity: 0.5 },
    { cutOff: 1, sensitivity: 1, specificity: 0 },
  ]);
});

test("Youden's point of aSAH's S100 beta is pROC's", () => {
  // pROC 1.18.0, coords("best", best.method = "youden"): threshold 0.205, specificity 0.8056, sensitivity 0.6341.
  const { cutOff, sensitivity, specificity } = youdenPoint(ASAH.s100b, ASAH.labels);
  near(cutOff, 0.205);
  near(specificity, 0.80555555555555558);
  near(sensitivity, 0.63414634146341464);
});

test("Youden's point has the highest sum of sensitivity and specificity", () => {
  const point = youdenPoint(DRAWN.scores, DRAWN.labels);
  near(point.cutOff, 0.535);
  near(youdenIndex(point), 0.5);
});

test("of equal points Youden's is the lowest, which misses the fewest fractures", () => {
  assert.equal(youdenPoint([1, 2, 3, 4], Uint8Array.of(0, 1, 0, 1)).cutOff, 1.5);
  assert.throws(() => youdenPoint([2, 2], Uint8Array.of(0, 1)), /all scores are equal/);
});

test("a score equal to the cut-off counts as fracture", () => {
  const { sensitivity, specificity } = operatingPointAt(2, [1, 2, 2, 3], Uint8Array.of(0, 0, 1, 1));
  assert.equal(sensitivity.value, 1);
  assert.equal(specificity.value, 0.5);
});

test("every point of the curve is what its cut-off gives", () => {
  const cases = fc.array(fc.tuple(fc.double({ noNaN: true, min: -1, max: 1 }), fc.boolean()), { minLength: 2 });
  fc.assert(
    fc.property(cases, (all) => {
      const scores = all.map(([score]) => score);
      const labels = Uint8Array.from(all, ([, label]) => Number(label));
      fc.pre(labels.includes(0) && labels.includes(1));
      for (const { cutOff, ...point } of rocCurve(scores, labels)) {
        const { sensitivity, specificity } = operatingPointAt(cutOff, scores, labels);
        assert.deepEqual(point, { sensitivity: sensitivity.value, specificity: specificity.value });
      }
    }),
  );
});

test("between points the curve is straight", () => {
  // pROC 1.18.0, coords(input = "specificity"), which interpolates alike.
  const curve = rocCurve(ASAH.s100b, ASAH.labels);
  near(sensitivityAt(0.9, curve), 0.3902439024390244);
  near(sensitivityAt(0.5, curve), 0.77439024390243905);
  near(sensitivityAt(0.15, curve), 0.96585365853658534);
  assert.equal(sensitivityAt(0, curve), 1);
});

test("the band of aSAH's S100 beta is pROC's, but for the resamples drawn", () => {
  // pROC 1.18.0, ci.se with 20,000 stratified resamples; a case more or less is 1 / 41.
  const { points, method } = rocBand(ASAH.s100b, ASAH.labels, { seed: 1, steps: 10 });
  for (const [specificity, low, high] of [
    [0.9, 0.2195, 0.6098],
    [0.7, 0.4878, 0.7951],
    [0.5, 0.6016, 0.9024],
    [0.3, 0.7545, 0.9732],
    [0.1, 0.9024, 1],
  ] as const) {
    const point = points.find((each) => Math.abs(each.specificity - specificity) < 1e-9)!;
    near(point.low, low, 0.03);
    near(point.high, high, 0.03);
  }
  assert.match(method, /at each specificity by itself/);
  assert.deepEqual(rocBand(ASAH.s100b, ASAH.labels, { seed: 1, steps: 10 }).points, points);
});

test("the area under the curve is DeLong's", () => {
  const cases = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.boolean()), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(cases, (all) => {
      const scores = all.map(([score]) => score);
      const labels = Uint8Array.from(all, ([, label]) => Number(label));
      fc.pre(labels.includes(0) && labels.includes(1));
      const curve = rocCurve(scores, labels);
      const trapezoids = curve.slice(1).reduce((sum, { sensitivity, specificity }, i) => {
        const before = curve[i]!;
        return sum + ((before.specificity - specificity) * (before.sensitivity + sensitivity)) / 2;
      }, 0);
      near(trapezoids, areaUnderCurve(scores, labels).value);
    }),
  );
});
