import assert from "node:assert/strict";
import { test } from "node:test";
import { readPart10 } from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";
import { toModelInput } from "@redspot/pixels";
import { AS_IT_IS } from "../augment/augmentation.ts";
import { warp } from "../augment/warp.ts";
import { drawInput } from "../test-support.ts";
import { NEAR_DUPLICATE_BITS } from "./find-leaks.ts";
import { hashDistance, perceptualHash } from "./perceptual-hash.ts";

const matrix = { rows: 400, columns: 300 };
const images = await Promise.all(
  [1, 2, 3, 4, 5, 6].map(async (seed) => {
    const [instance] = makeStudy({ seed, views: ["lateral"], matrix }).instances;
    return (await toModelInput(readPart10(instance!.bytes))).pixels;
  }),
);
const hashes = images.map(perceptualHash);

test("the same radiograph is known again with another window, gamma, noise, fewer greys, or mirrored", () => {
  const changes: Record<string, (pixels: Float32Array) => Float32Array> = {
    nothing: (pixels) => pixels,
    window: (pixels) => pixels.map((grey) => Math.min(1, Math.max(0, 1.2 * grey - 0.05))),
    gamma: (pixels) => pixels.map((grey) => grey ** 0.8),
    noise: (pixels) => pixels.map((grey, at) => grey + (((at * 7919) % 101) / 101 - 0.5) * 0.1),
    "fewer greys": (pixels) => pixels.map((grey) => Math.round(grey * 32) / 32),
    mirrored: (pixels) => warp(pixels, { ...AS_IT_IS, augmentation: 4, flip: true }),
  };
  for (const [name, change] of Object.entries(changes)) {
    for (const [i, pixels] of images.entries()) {
      const distance = hashDistance(perceptualHash(change(pixels)), hashes[i]!);
      assert.ok(distance <= NEAR_DUPLICATE_BITS, `${name}, image ${i}: ${distance} bits`);
      if (name === "nothing") assert.equal(distance, 0);
    }
  }
});

test("radiographs of different patients are told apart", () => {
  for (const [i, a] of hashes.entries()) {
    for (const b of hashes.slice(i + 1)) assert.ok(hashDistance(a, b) > NEAR_DUPLICATE_BITS, `${hashDistance(a, b)}`);
  }
});

test("an opposite is as far away as can be, and a distance is the same from either side", () => {
  const [a, b] = [perceptualHash(drawInput(1)), perceptualHash(drawInput(1).map((grey) => 1 - grey))];
  assert.ok(hashDistance(a, b) > 100);
  assert.equal(hashDistance(hashes[0]!, hashes[1]!), hashDistance(hashes[1]!, hashes[0]!));
});
