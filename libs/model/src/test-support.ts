/** Shared by this package's tests: one cache folder, and input that is the same every time. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { INPUT_LENGTH } from "./engine.ts";

/** Test files run side by side and share the made backbone; making it twice at once is safe. */
export const CACHE_DIR = join(tmpdir(), "redspot-model-tests");

/** n images of smooth shapes with noise on them, NCHW, three equal channels, from 0 to 1. */
export function makeImages(n: number, seed = 1): Float32Array<ArrayBuffer> {
  const side = 299;
  const input = new Float32Array(n * INPUT_LENGTH);
  const plane = side * side;
  let state = seed;
  for (let image = 0; image < n; image++) {
    for (let at = 0; at < plane; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const [x, y] = [at % side, Math.floor(at / side)];
      const shape = Math.sin((x * (image + 2)) / 37) * Math.cos((y * (image + seed)) / 53);
      const value = Math.min(1, Math.max(0, 0.5 + 0.4 * shape + (state / 2 ** 32 - 0.5) * 0.2));
      for (let channel = 0; channel < 3; channel++) input[image * INPUT_LENGTH + channel * plane + at] = value;
    }
  }
  return input;
}

/** A head whose weights differ in sign and size. */
export function makeHead(seed = 1): { weights: Float32Array; bias: number } {
  return { weights: Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i * 12.9898 + seed) / 20), bias: -0.25 };
}

/** The largest |a - b| as a part of the largest |b|. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(b[i]!));
  }
  return difference / size;
}
