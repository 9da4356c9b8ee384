import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldOf, resized, shrink, smooth } from "./field.ts";

test("smoothing leaves a constant as it is, and spreads a point as a Gaussian does", () => {
  const flat = fieldOf(40, 30);
  flat.values.fill(7);
  assert.ok(smooth(flat, 4).values.every((value) => Math.abs(value - 7) < 1e-4));

  const point = fieldOf(81, 81);
  point.values[40 * 81 + 40] = 1;
  for (const deviation of [0.5, 3, 8]) {
    const spread = smooth(point, deviation);
    let sum = 0;
    let variance = 0;
    spread.values.forEach((value, i) => {
      sum += value;
      variance += value * ((i % 81) - 40) ** 2;
    });
    assert.ok(Math.abs(sum - 1) < 1e-3);
    assert.ok(
      Math.abs(Math.sqrt(variance) / deviation - 1) < 0.12,
      `spread of ${Math.sqrt(variance)} for ${deviation}`,
    );
  }
});

test("a ramp stays a ramp at every size", () => {
  const ramp = fieldOf(20, 20);
  for (let i = 0; i < 400; i++) ramp.values[i] = i % 20;
  const large = resized(ramp, 100, 60);
  // Away from the border, where the ramp ends.
  for (let x = 10; x < 90; x++) assert.ok(Math.abs(large.values[30 * 100 + x]! - ((x + 0.5) / 5 - 0.5)) < 1e-4);
  const small = shrink(ramp, 4);
  assert.deepEqual([...small.values.subarray(0, 5)], [1.5, 5.5, 9.5, 13.5, 17.5]);
});
