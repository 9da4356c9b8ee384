import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readImagePixel } from "../image-pixel.ts";
import { imageDataSet, type Synthetic } from "../test-support.ts";
import { readGreyScale } from "./grey-scale.ts";
import { greyTable } from "./grey-table.ts";

function table(synthetic: Partial<Synthetic>, voi: (value: number) => number): Float32Array {
  const dataSet = imageDataSet({ rows: 1, columns: 1, words: [0], ...synthetic });
  const image = readImagePixel(dataSet);
  return greyTable(readGreyScale(dataSet, image), image.padding, voi, image.bitsAllocated / 8);
}

describe("greyTable", () => {
  it("has a grey for every word, whatever stands in its unused bits", () => {
    const greys = table({ bitsStored: 12 }, (value) => value / 4095);
    assert.equal(greys.length, 65536);
    assert.deepEqual([greys[0], greys[4095], greys[0xffff], greys[0xf000]], [0, 1, 1, 0]);
  });

  it("carries sign, slope and intercept through to the window", () => {
    const elements = { RescaleSlope: "2", RescaleIntercept: "1000" };
    const greys = table({ bitsStored: 12, signed: true, elements }, (value) => value / 10000);
    assert.ok(Math.abs(greys[0xfff]! - 0.0998) < 1e-7);
    assert.ok(Math.abs(greys[0x010]! - 0.1032) < 1e-7);
  });

  it("inverts MONOCHROME1 so that bone is bright", () => {
    const greys = table({ bitsAllocated: 8, photometric: "MONOCHROME1" }, (value) => value / 255);
    assert.deepEqual([greys.length, greys[0], greys[255]], [256, 1, 0]);
  });

  it("makes padding black, of either polarity", () => {
    for (const photometric of ["MONOCHROME1", "MONOCHROME2"]) {
      const elements = { PixelPaddingValue: 4000, PixelPaddingRangeLimit: 4095 };
      const greys = table({ bitsStored: 12, photometric, elements }, () => 0.5);
      assert.deepEqual([greys[3999], greys[4000], greys[4095]], [0.5, 0, 0]);
    }
  });
});
