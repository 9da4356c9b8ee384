import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MOST_PIXELS, readImagePixel } from "./image-pixel.ts";
import { imageDataSet, type Synthetic } from "./test-support.ts";

const image: Synthetic = { rows: 2, columns: 3, bitsStored: 12, words: [1, 2, 3, 4, 5, 6] };
const read = (more: Synthetic["elements"], changed: Partial<Synthetic> = {}) =>
  readImagePixel(imageDataSet({ ...image, ...changed, elements: more ?? {} }));

describe("readImagePixel", () => {
  it("reads the Image Pixel module", () => {
    assert.deepEqual(read({}), {
      rows: 2,
      columns: 3,
      bitsAllocated: 16,
      bitsStored: 12,
      highBit: 11,
      signed: false,
      photometric: "MONOCHROME2",
      pixelAspect: 1,
      padding: undefined,
    });
  });

  it("takes the shape of pixels from spacing or aspect ratio, row before column, and none that is absurd", () => {
    assert.equal(read({ PixelSpacing: ["0.2", "0.1"] }).pixelAspect, 2);
    assert.equal(read({ ImagerPixelSpacing: ["0.15", "0.1"] }).pixelAspect, 1.4999999999999998);
    assert.equal(read({ PixelAspectRatio: ["1", "2"] }).pixelAspect, 0.5);
    assert.equal(read({ PixelSpacing: ["0.2", "0"] }).pixelAspect, 1);
  });

  it("reads padding in the image's own representation", () => {
    assert.deepEqual(read({ PixelPaddingValue: 4000, PixelPaddingRangeLimit: 3900 }).padding, [3900, 4000]);
    assert.deepEqual(read({ PixelPaddingValue: 63536 }, { signed: true }).padding, [-2000, -2000]);
  });

  const REFUSED: [string, Synthetic["elements"], Partial<Synthetic>, string][] = [
    ["0 rows", { Rows: 0 }, {}, "EMPTY_IMAGE"],
    ["0 columns", { Columns: 0 }, {}, "EMPTY_IMAGE"],
    ["no rows", { Rows: undefined }, {}, "EMPTY_IMAGE"],
    ["65535 x 65535", { Rows: 65535, Columns: 65535 }, {}, "IMAGE_TOO_LARGE"],
    ["several frames", { NumberOfFrames: "2" }, {}, "MULTI_FRAME"],
    ["RGB", { PhotometricInterpretation: "RGB", SamplesPerPixel: 3 }, {}, "UNSUPPORTED_PHOTOMETRIC"],
    ["YBR_FULL_422", { PhotometricInterpretation: "YBR_FULL_422", SamplesPerPixel: 3 }, {}, "UNSUPPORTED_PHOTOMETRIC"],
    ["palette colour", { PhotometricInterpretation: "PALETTE COLOR" }, {}, "UNSUPPORTED_PHOTOMETRIC"],
    ["no photometric interpretation", { PhotometricInterpretation: undefined }, {}, "UNSUPPORTED_PHOTOMETRIC"],
    ["32 bits", { BitsAllocated: 32, BitsStored: 32, HighBit: 31 }, {}, "UNSUPPORTED_BIT_DEPTH"],
    ["1 bit", { BitsAllocated: 1, BitsStored: 1, HighBit: 0 }, {}, "UNSUPPORTED_BIT_DEPTH"],
    ["more bits stored than allocated", { BitsStored: 17, HighBit: 16 }, {}, "UNSUPPORTED_BIT_DEPTH"],
    ["a high bit below the bits stored", { BitsStored: 12, HighBit: 7 }, {}, "UNSUPPORTED_BIT_DEPTH"],
    ["no bits stored", { BitsStored: 0, HighBit: 0 }, {}, "UNSUPPORTED_BIT_DEPTH"],
  ];
  for (const [what, elements, changed, code] of REFUSED) {
    it(`refuses ${what} as ${code}`, () => {
      assert.throws(() => read(elements, changed), { name: "PixelError", code });
    });
  }

  it("names no free text of the sender's in its errors", () => {
    assert.throws(
      () => read({ PhotometricInterpretation: "Doe^Jane" }),
      (error: Error) => !/Doe/.test(error.message),
    );
  });

  it("allows the largest radiographs that there are", () => {
    assert.ok(4300 * 4300 < MOST_PIXELS);
  });
});
