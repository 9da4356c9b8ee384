import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetOf, type ElementValue, items, readPart10, writePart10 } from "@redspot/dicom";
import { lookUp, readLut } from "./lut.ts";

const lut = (descriptor: number[], data: ElementValue, signed = false) =>
  readLut(dataSetOf({ LUTDescriptor: descriptor, LUTData: data }), signed);
const words = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);

describe("readLut", () => {
  it("gives the first entry below its range and the last above it (PS3.3 C.11.1.1.1)", () => {
    const table = lut([3, 100, 16], words(10, 20, 30));
    assert.deepEqual(
      [99, 100, 101, 102, 103].map((input) => lookUp(table, input)),
      [10, 10, 20, 30, 30],
    );
    assert.equal(table.most, 65535);
  });

  it("reads 0 entries as 65536", () => {
    const table = lut([0, 0, 16], new Uint8Array(Uint16Array.from({ length: 65536 }, (_, at) => at).buffer));
    assert.equal(table.entries.length, 65536);
    assert.equal(lookUp(table, 65535), 65535);
  });

  it("reads a first value mapped that is negative, as US or as SS", () => {
    assert.equal(lookUp(lut([2, 65534, 8], words(7, 9), true), -2), 7);
    assert.equal(lookUp(lut([2, -2, 8], words(7, 9), true), -1), 9);
    assert.equal(lut([2, 65534, 8], words(7, 9), false).first, 65534);
  });

  it("reads data of 8 bits a word and two words packed in one, and US values", () => {
    assert.deepEqual([...lut([4, 0, 8], words(1, 2, 3, 255)).entries], [1, 2, 3, 255]);
    assert.deepEqual([...lut([4, 0, 8], new Uint8Array([1, 2, 3, 255])).entries], [1, 2, 3, 255]);
    assert.deepEqual([...lut([3, 0, 12], [1, 2, 4095]).entries], [1, 2, 4095]);
  });

  it("reads it from a file", () => {
    const item = dataSetOf({ LUTDescriptor: [3, 5, 12], LUTData: words(0, 2000, 4095) });
    const file = writePart10(
      dataSetOf({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.1", SOPInstanceUID: "2.25.1", VOILUTSequence: [item] }),
    );
    const [read] = items(readPart10(file).dataSet, "VOILUTSequence");
    assert.deepEqual([...readLut(read!, false).entries], [0, 2000, 4095]);
  });

  it("takes the bits that the entries need where the descriptor says fewer", () => {
    assert.equal(lut([2, 0, 8], words(0, 4095)).most, 4095);
  });

  it("refuses a table that has fewer entries than it says, or no descriptor", () => {
    assert.throws(() => lut([9, 0, 16], words(1, 2)), { code: "MALFORMED_LUT" });
    assert.throws(() => lut([9, 0, 16], null), { code: "MALFORMED_LUT" });
    assert.throws(() => lut([9], words(1, 2)), { code: "MALFORMED_LUT" });
  });
});
