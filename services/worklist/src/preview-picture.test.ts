import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "fast-png";
import { pngOf } from "./preview-picture.ts";

const greymap = (header: string, ...greys: number[]) => Uint8Array.from([...Buffer.from(header), ...greys]);

test("a greymap becomes a PNG of the same greys", () => {
  const { width, height, channels, depth, data } = decode(pngOf(greymap("P5 3 2 255\n", 0, 10, 32, 53, 35, 255))!);
  assert.deepEqual([width, height, channels, depth, ...data], [3, 2, 1, 8, 0, 10, 32, 53, 35, 255]);
});

test("what is no greymap, or not all of one, has no picture", () => {
  assert.equal(pngOf(greymap("")), undefined);
  assert.equal(pngOf(greymap("P6 1 1 255\n", 1, 2, 3)), undefined);
  assert.equal(pngOf(greymap("P5 3 2 255\n", 0, 10, 32)), undefined);
});
