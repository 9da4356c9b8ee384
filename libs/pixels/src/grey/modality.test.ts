import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetOf } from "@redspot/dicom";
import { readModality } from "./modality.ts";

const image = { bitsStored: 12, signed: false };
const read = (elements: Parameters<typeof dataSetOf>[0]) => readModality(dataSetOf(elements), image);

describe("readModality", () => {
  it("applies slope and intercept (PS3.3 C.11.1.1.2)", () => {
    assert.equal(read({ RescaleSlope: "2", RescaleIntercept: "-1024" }).apply(100), -824);
  });

  it("leaves values as they are without either, and with a slope of 0", () => {
    assert.equal(read({}).apply(100), 100);
    assert.equal(read({ RescaleSlope: "0", RescaleIntercept: "0" }).apply(100), 100);
  });

  it("knows whether its output has negative values", () => {
    assert.equal(read({}).signed, false);
    assert.equal(read({ RescaleSlope: "1", RescaleIntercept: "-1" }).signed, true);
    assert.equal(read({ RescaleSlope: "-1", RescaleIntercept: "4095" }).signed, false);
    assert.equal(readModality(dataSetOf({}), { bitsStored: 12, signed: true }).signed, true);
  });

  it("prefers the Modality LUT Sequence", () => {
    const table = dataSetOf({ LUTDescriptor: [2, 0, 16], LUTData: [500, 600] });
    const modality = read({ ModalityLUTSequence: [table], RescaleSlope: "2", RescaleIntercept: "0" });
    assert.deepEqual([modality.apply(0), modality.apply(1), modality.apply(7)], [500, 600, 600]);
  });

  it("refuses one that is not whole", () => {
    const table = dataSetOf({ LUTDescriptor: [3, 0, 16], LUTData: [500, 600] });
    assert.throws(() => read({ ModalityLUTSequence: [table] }), { code: "MALFORMED_LUT" });
  });
});
