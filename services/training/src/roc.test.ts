import assert from "node:assert/strict";
import { test } from "node:test";
import { areaUnderCurve, operatingPointAt, youdenPoint } from "./roc.ts";

// Golden numbers computed with numpy and scipy from the definitions.
const scores = [
  0.9, 0.8, 0.7, 0.6, 0.55, 0.54, 0.53, 0.505, 0.4, 0.39, 0.38, 0.37, 0.36, 0.35, 0.34, 0.33, 0.3, 0.1, 0.7, 0.2,
];
const labels = Uint8Array.from([1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0]);
const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-9, `${found}, not ${expected}`);

test("the area under the curve counts ties half, with DeLong's interval", () => {
  const { value, low, high, n } = areaUnderCurve(scores, labels);
  near(value, 0.745);
  near(low, 0.46845326600968173);
  near(high, 0.906412368654257);
  assert.equal(n, 20);
});

test("where every pair stands right, the interval is still one", () => {
  const { value, low, high } = areaUnderCurve([1, 2, 3, 4], Uint8Array.of(0, 0, 1, 1));
  assert.equal(value, 1);
  assert.ok(low > 0.2 && low < 0.5, `${low}`);
  assert.equal(high, 1);
});

test("one class alone has no curve", () => {
  assert.throws(() => areaUnderCurve([1, 2], Uint8Array.of(1, 1)), RangeError);
});

test("Youden's point has the highest sum of sensitivity and specificity", () => {
  const { cutOff, sensitivity, specificity } = youdenPoint(scores, labels);
  near(cutOff, 0.535);
  near(sensitivity.value + specificity.value - 1, 0.5);
});

test("of equal points Youden's is the lowest, which misses the fewest fractures", () => {
  assert.equal(youdenPoint([1, 2, 3, 4], Uint8Array.of(0, 1, 0, 1)).cutOff, 1.5);
});

test("a score equal to the cut-off counts as fracture", () => {
  const { sensitivity, specificity } = operatingPointAt(2, [1, 2, 2, 3], Uint8Array.of(0, 0, 1, 1));
  assert.equal(sensitivity.value, 1);
  assert.equal(specificity.value, 0.5);
});
