import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ImagePixel } from "../image-pixel.ts";
import { decodeNative } from "./native.ts";

const image = { rows: 1, columns: 3, bitsAllocated: 16 } as ImagePixel;

describe("decodeNative", () => {
  it("reads words little endian, without a copy where memory allows", () => {
    const bytes = new Uint8Array([1, 2, 3, 4, 5, 6]);
    const { words } = decodeNative(bytes, image);
    assert.deepEqual([...words], [0x0201, 0x0403, 0x0605]);
    assert.equal(words.buffer, bytes.buffer);
  });

  it("reads them from an odd place in memory too", () => {
    const bytes = new Uint8Array([99, 1, 2, 3, 4, 5, 6]).subarray(1);
    assert.deepEqual([...decodeNative(bytes, image).words], [0x0201, 0x0403, 0x0605]);
  });

  it("swaps bytes that come the higher first, of words and of pairs of 8-bit pixels", () => {
    const bytes = new Uint8Array([1, 2, 3, 4, 5, 6]);
    assert.deepEqual([...decodeNative(bytes, image, true).words], [0x0102, 0x0304, 0x0506]);
    const narrow = { ...image, bitsAllocated: 8 } as ImagePixel;
    assert.deepEqual([...decodeNative(bytes.subarray(0, 4), narrow, true).words], [2, 1, 4]);
  });

  it("leaves padding to even length aside", () => {
    const narrow = { ...image, bitsAllocated: 8 } as ImagePixel;
    assert.deepEqual([...decodeNative(new Uint8Array([7, 8, 9, 0]), narrow).words], [7, 8, 9]);
  });

  it("refuses pixel data shorter than the header says, by a byte", () => {
    assert.throws(() => decodeNative(new Uint8Array(5), image), {
      code: "PIXEL_DATA_TOO_SHORT",
      message: "Pixel Data has 5 bytes where 1 x 3 pixels of 16 bits need 6",
    });
  });
});
