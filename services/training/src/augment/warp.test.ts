import assert from "node:assert/strict";
import { test } from "node:test";
import { INPUT_SIZE } from "@redspot/model";
import { AS_IT_IS, type Augmentation } from "./augmentation.ts";
import { warp } from "./warp.ts";

const MIDDLE = 149;
const drawn = (grey: (x: number, y: number) => number) =>
  Float32Array.from({ length: INPUT_SIZE ** 2 }, (_, at) => grey(at % INPUT_SIZE, Math.floor(at / INPUT_SIZE)));
const spot = (cx: number, cy: number, radius = 4) =>
  drawn((x, y) => Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius ** 2)));
const doing = (what: Partial<Augmentation>) => ({ ...AS_IT_IS, augmentation: 1, ...what });

/** Centre of mass, and the mass. */
function centreOf(pixels: Float32Array): { x: number; y: number; mass: number } {
  let [x, y, mass] = [0, 0, 0];
  for (const [at, grey] of pixels.entries()) {
    x += grey * (at % INPUT_SIZE);
    y += grey * Math.floor(at / INPUT_SIZE);
    mass += grey;
  }
  return { x: x / mass, y: y / mass, mass };
}

function near(actual: number, expected: number, within = 0.05) {
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, not ${expected}`);
}

const noise = drawn((x, y) => ((x * 7919 + y * 104_729) % 997) / 997);

test("the image as it is and its mirror image come out to the bit", () => {
  assert.deepEqual(warp(noise, AS_IT_IS), noise);
  const mirrored = warp(noise, doing({ flip: true }));
  assert.deepEqual(
    mirrored,
    drawn((x, y) => noise[y * INPUT_SIZE + INPUT_SIZE - 1 - x]!),
  );
});

test("a shift moves by shares of the image to the right and down, and what comes in is black", () => {
  const { x, y } = centreOf(warp(spot(100, 120), doing({ shiftX: 0.1, shiftY: -0.1 })));
  near(x, 129.9);
  near(y, 90.1);
  const moved = warp(
    drawn(() => 1),
    doing({ shiftX: 0.15 }),
  );
  assert.equal(moved[10], 0);
  assert.equal(moved[100], 1);
});

test("a rotation goes clockwise about the middle", () => {
  const { x, y } = centreOf(warp(spot(MIDDLE + 80, MIDDLE), doing({ rotation: 25 })));
  near(x, MIDDLE + 80 * Math.cos((25 * Math.PI) / 180));
  near(y, MIDDLE + 80 * Math.sin((25 * Math.PI) / 180));
});

test("a shear leans upright lines by its angle and leaves level ones", () => {
  const { x, y } = centreOf(warp(spot(MIDDLE, MIDDLE + 80), doing({ shear: 10 })));
  near(x, MIDDLE + 80 * Math.tan((10 * Math.PI) / 180));
  near(y, MIDDLE + 80);
});

test("a zoom enlarges about the middle, and what is seen grows with its square", () => {
  const before = centreOf(spot(MIDDLE + 60, MIDDLE - 40));
  const larger = centreOf(warp(spot(MIDDLE + 60, MIDDLE - 40), doing({ zoom: 1.15 })));
  near(larger.x, MIDDLE + 60 * 1.15);
  near(larger.y, MIDDLE - 40 * 1.15);
  near(larger.mass / before.mass, 1.15 ** 2, 0.01);
});

test("the mirror image is what gets rotated, in one resampling", () => {
  const { x } = centreOf(warp(spot(MIDDLE + 60, MIDDLE), doing({ flip: true, rotation: 10, shiftX: 0.05 })));
  near(x, MIDDLE - 60 * Math.cos((10 * Math.PI) / 180) + 0.05 * INPUT_SIZE);
});

test("shrinking does not alias: the finest stripes fade instead of beating", () => {
  const stripes = drawn((x) => x % 2);
  const shrunk = warp(stripes, doing({ zoom: 0.85 }));
  const inner = Array.from({ length: 180 }, (_, i) => shrunk[MIDDLE * INPUT_SIZE + 60 + i]!);
  // Neighbouring pixels averaged leave what a beat would be: half grey where there is none.
  const beat = inner.slice(1).map((grey, i) => Math.abs((grey + inner[i]!) / 2 - 0.5));
  const plain = Math.max(...inner) - Math.min(...inner);
  assert.ok(plain < 0.9, `stripes keep ${plain} of their contrast`);
  assert.ok(Math.max(...beat) < 0.2, `a beat of ${Math.max(...beat)}`);
  near(inner.reduce((sum, grey) => sum + grey, 0) / inner.length, 0.5, 0.01);
});

test("greys stay within those of the image", () => {
  const warped = warp(noise, doing({ rotation: -25, shear: -10, zoom: 0.85, shiftX: -0.15, shiftY: 0.15 }));
  assert.ok(warped.every((grey) => grey >= 0 && grey <= 1));
});
