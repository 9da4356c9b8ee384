import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ImagePixel } from "../image-pixel.ts";
import { decodeRle } from "./rle.ts";

/** An RLE stream (PS3.5 G.5): number of segments and their offsets, then the segments. */
function stream(...segments: number[][]): Uint8Array {
  const header = new DataView(new ArrayBuffer(64));
  header.setUint32(0, segments.length, true);
  let offset = 64;
  segments.forEach((segment, index) => {
    header.setUint32(4 + 4 * index, offset, true);
    offset += segment.length;
  });
  return Uint8Array.from([...new Uint8Array(header.buffer), ...segments.flat()]);
}

const bytes = (columns: number) => ({ rows: 1, columns, bitsAllocated: 8 }) as ImagePixel;

describe("decodeRle", () => {
  it("decodes literal runs, replicate runs and the no-operation (PS3.5 G.3.2)", () => {
    // 2: three literal bytes; -3: four times; -128: nothing; 0: one literal byte.
    const encoded = stream([2, 10, 11, 12, 256 - 3, 7, 128, 0, 99]);
    assert.deepEqual([...decodeRle(encoded, bytes(8)).words], [10, 11, 12, 7, 7, 7, 7, 99]);
  });

  it("puts the segment of the most significant bytes first (PS3.5 G.2)", () => {
    const words = decodeRle(stream([1, 0x12, 0x56], [1, 0x34, 0x78]), {
      rows: 2,
      columns: 1,
      bitsAllocated: 16,
    } as ImagePixel);
    assert.deepEqual([...words.words], [0x1234, 0x5678]);
  });

  const CORRUPT: [string, Uint8Array, number][] = [
    ["shorter than its header", new Uint8Array(63), 8],
    ["with a segment for each of two bytes where pixels have one", stream([0, 1], [0, 1]), 1],
    ["that ends too early", stream([2, 1, 2, 3]), 4],
    ["that ends within a run", stream([9, 1, 2, 3]), 10],
    ["that ends before the value of a run", stream([256 - 9]), 10],
    ["with a segment before the end of the header", Uint8Array.from({ length: 80 }, (_, at) => (at === 0 ? 1 : 0)), 4],
  ];
  for (const [what, encoded, columns] of CORRUPT) {
    it(`refuses a stream ${what}`, () => {
      assert.throws(() => decodeRle(encoded, bytes(columns)), { code: "CORRUPT_STREAM" });
    });
  }
});
