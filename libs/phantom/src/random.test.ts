import assert from "node:assert/strict";
import { test } from "node:test";
import { randomFor } from "./random.ts";

const draw = (seed: number, ...purpose: string[]) => {
  const random = randomFor(seed, ...purpose);
  return Array.from({ length: 5 }, () => random.integer(0, 1e9));
};

test("a stream depends on seed and purpose, and on nothing else", () => {
  assert.deepEqual(draw(1, "pose"), draw(1, "pose"));
  assert.notDeepEqual(draw(1, "pose"), draw(2, "pose"));
  assert.notDeepEqual(draw(1, "pose"), draw(1, "fracture"));
});

test("draws keep to their ranges and means", () => {
  const random = randomFor(7, "ranges");
  let sum = 0;
  for (let i = 0; i < 4000; i++) {
    const whole = random.integer(3, 5);
    assert.ok(whole === 3 || whole === 4 || whole === 5);
    const normal = random.normal(10, 2);
    assert.ok(normal >= 4 && normal <= 16, "three standard deviations are the limit");
    sum += normal;
  }
  assert.ok(Math.abs(sum / 4000 - 10) < 0.15);
});

test("weights decide how often a choice is taken, and zero means never", () => {
  const random = randomFor(3, "weights");
  const counts = { a: 0, b: 0, c: 0 };
  for (let i = 0; i < 4000; i++) {
    counts[
      random.weighted([
        [3, "a"],
        [1, "b"],
        [0, "c"],
      ] as const)
    ]++;
  }
  assert.equal(counts.c, 0);
  assert.ok(Math.abs(counts.a / 4000 - 0.75) < 0.03);
});
