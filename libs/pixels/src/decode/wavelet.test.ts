import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { binaries, readPart10, TransferSyntax } from "@redspot/dicom";
import { readImagePixel } from "../image-pixel.ts";
import { converted, encapsulated, htj2kStream, imageFile, limbWords, type Synthetic } from "../test-support.ts";
import { decodeFrame } from "./decode.ts";

const ROWS = 301;
const COLUMNS = 250;
const words = limbWords(ROWS, COLUMNS, 12);
const limb: Synthetic = { rows: ROWS, columns: COLUMNS, bitsStored: 12, words };

/**
 * What a reduced frame should be like: its pixels stand in the middle of every 2^halvings-th of the image's, and show
 * the average about there.
 */
function averaged(halvings: number): { rows: number; columns: number; values: Float64Array } {
  const side = 2 ** halvings;
  const reach = Math.floor(side / 2);
  const [rows, columns] = [Math.ceil(ROWS / side), Math.ceil(COLUMNS / side)];
  const values = Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns) * side, (at % columns) * side];
    let [sum, weights] = [0, 0];
    for (let y = Math.max(0, row - reach); y <= Math.min(ROWS - 1, row + reach); y++) {
      for (let x = Math.max(0, column - reach); x <= Math.min(COLUMNS - 1, column + reach); x++) {
        const weight = (Math.abs(y - row) < reach ? 2 : 1) * (Math.abs(x - column) < reach ? 2 : 1);
        sum += weight * words[y * COLUMNS + x]!;
        weights += weight;
      }
    }
    return sum / weights;
  });
  return { rows, columns, values };
}

const KINDS = {
  "JPEG 2000": async () => {
    const bytes = await converted("gdcmconv", ["--j2k"], imageFile(limb));
    return bytes && readPart10(bytes);
  },
  HTJ2K: async () => encapsulated(limb, TransferSyntax.HTJ2KLossless, await htj2kStream(words, ROWS, COLUMNS, 12)),
};

for (const [name, make] of Object.entries(KINDS)) {
  describe(name, () => {
    for (const halvings of [0, 1, 2] as const) {
      it(`decodes ${halvings === 0 ? "whole" : `halved ${halvings} times`}`, async (test) => {
        const part10 = await make();
        if (!part10) return test.skip("gdcmconv is not installed");
        const frame = await decodeFrame(part10, readImagePixel(part10.dataSet), halvings);
        const expected = averaged(halvings);
        assert.deepEqual([frame.rows, frame.columns, frame.reduction], [expected.rows, expected.columns, halvings]);
        let sum = 0;
        expected.values.forEach((value, at) => {
          sum += Math.abs(frame.words[at]! - value);
        });
        const mean = sum / expected.values.length;
        // Wavelets are no averages: at edges they overshoot.
        assert.ok(mean <= (halvings === 0 ? 0 : 45), `${mean} of 4095 from the average on average`);
      });
    }

    it("comes as a JP2 file too", async (test) => {
      const part10 = await make();
      if (!part10) return test.skip("gdcmconv is not installed");
      const stream = Buffer.concat(binaries(part10.dataSet, "PixelData"));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(8 + stream.byteLength);
      const file = Buffer.concat([
        Buffer.from([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 13, 10, 0x87, 10]),
        length,
        Buffer.from("jp2c"),
        stream,
      ]);
      const boxed = encapsulated(limb, part10.transferSyntaxUID, file);
      assert.deepEqual((await decodeFrame(boxed, readImagePixel(boxed.dataSet))).words, words);
    });
  });
}

describe("JPEG 2000", () => {
  it("is CORRUPT_STREAM where it is cut and has an end marker all the same", async (test) => {
    const part10 = await KINDS["JPEG 2000"]();
    if (!part10) return test.skip("gdcmconv is not installed");
    const stream = Buffer.concat(binaries(part10.dataSet, "PixelData"));
    const cut = Buffer.concat([stream.subarray(0, stream.byteLength >> 1), Buffer.from([0xff, 0xd9])]);
    const bad = encapsulated(limb, part10.transferSyntaxUID, cut);
    for (const halvings of [0, 2] as const) {
      await assert.rejects(decodeFrame(bad, readImagePixel(bad.dataSet), halvings), { code: "CORRUPT_STREAM" });
      assert.deepEqual((await decodeFrame(part10, readImagePixel(part10.dataSet))).words, words);
    }
  });
});

describe("HTJ2K", () => {
  for (const syntax of [TransferSyntax.HTJ2KLosslessRPCL, TransferSyntax.HTJ2K]) {
    it(`is decoded as ${syntax}`, async () => {
      const part10 = encapsulated(limb, syntax, await htj2kStream(words, ROWS, COLUMNS, 12));
      assert.deepEqual((await decodeFrame(part10, readImagePixel(part10.dataSet))).words, words);
    });
  }
});
