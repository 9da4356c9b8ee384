import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { binaries, readPart10, TransferSyntax } from "@redspot/dicom";
import { readImagePixel } from "../image-pixel.ts";
import { converted, encapsulated, htj2kStream, imageFile, limbWords, type Synthetic } from "../test-support.ts";
import { decodeFrame } from "./decode.ts";

const ROWS = 64;
const COLUMNS = 48;
const SIDE = 8000;
const words = limbWords(ROWS, COLUMNS, 12);
const small: Synthetic = { rows: ROWS, columns: COLUMNS, bitsStored: 12, words };
/** Header and pixel data of an image as large as may be, of which there are a few kilobytes. */
const large: Synthetic = { ...small, elements: { Rows: SIDE, Columns: SIDE } };

async function streamBy(tool: string, options: string[]): Promise<Buffer | undefined> {
  const bytes = await converted(tool, options, imageFile(small));
  return bytes && Buffer.concat(binaries(readPart10(bytes).dataSet, "PixelData"));
}

async function decode(synthetic: Synthetic, syntax: string, stream: Uint8Array) {
  const part10 = encapsulated(synthetic, syntax, stream);
  return decodeFrame(part10, readImagePixel(part10.dataSet));
}

/** Sizes in the frame header, wherever it is. */
function jpegOf(stream: Buffer, marker: number, rows: number, columns: number): Buffer {
  const changed = Buffer.from(stream);
  const at = changed.indexOf(Buffer.from([0xff, marker]));
  changed.writeUInt16BE(rows, at + 5);
  changed.writeUInt16BE(columns, at + 7);
  return changed;
}

/** A second frame header, of the largest image there is, behind the first. */
function withSecondFrame(stream: Buffer, marker: number): Buffer {
  const at = stream.indexOf(Buffer.from([0xff, marker]));
  const end = at + 2 + stream.readUInt16BE(at + 2);
  const second = jpegOf(stream.subarray(at, end), marker, 65_535, 65_535);
  return Buffer.concat([stream.subarray(0, end), second, stream.subarray(end)]);
}

/** Sizes of image and tiles in SIZ (ITU-T T.800 A.5.1). */
function j2kOf(stream: Uint8Array, side: number, tile: number): Buffer {
  const changed = Buffer.from(stream);
  for (const at of [8, 12]) changed.writeUInt32BE(side, at);
  for (const at of [24, 28]) changed.writeUInt32BE(tile, at);
  return changed;
}

describe("a small stream that promises a large image", () => {
  const jpegs: [string, string, string[], string, number][] = [
    ["JPEG lossless", TransferSyntax.JPEGLosslessSV1, ["+e1"], "dcmcjpeg", 0xc3],
    ["JPEG extended", TransferSyntax.JPEGExtended12Bit, ["+ee"], "dcmcjpeg", 0xc1],
    ["JPEG-LS", TransferSyntax.JPEGLSLossless, ["+el"], "dcmcjpls", 0xf7],
  ];
  for (const [name, syntax, options, tool, marker] of jpegs) {
    it(`${name} is CORRUPT_STREAM, and so is one with a second, larger frame`, async (context) => {
      const stream = await streamBy(tool, options);
      if (!stream) return context.skip(`${tool} is not installed`);
      assert.equal((await decode(small, syntax, stream)).rows, ROWS);
      await assert.rejects(decode(large, syntax, jpegOf(stream, marker, SIDE, SIDE)), { code: "CORRUPT_STREAM" });
      await assert.rejects(decode(small, syntax, withSecondFrame(stream, marker)), { code: "CORRUPT_STREAM" });
      await assert.rejects(decode(large, syntax, stream), { code: "CORRUPT_STREAM" }, "another size than the header's");
    });
  }

  it("JPEG 2000 and HTJ2K are CORRUPT_STREAM, whether the tiles are missing or too many", async (context) => {
    const streams: [string, Uint8Array | undefined][] = [
      [TransferSyntax.JPEG2000Lossless, await streamBy("gdcmconv", ["--j2k"])],
      [TransferSyntax.HTJ2KLossless, await htj2kStream(words, ROWS, COLUMNS, 12)],
    ];
    for (const [syntax, stream] of streams) {
      if (!stream) {
        context.diagnostic("gdcmconv is not installed");
        continue;
      }
      assert.equal((await decode(small, syntax, stream)).rows, ROWS);
      for (const tile of [SIDE / 2, 32, 1]) {
        await assert.rejects(
          decode(large, syntax, j2kOf(stream, SIDE, tile)),
          { code: "CORRUPT_STREAM" },
          `tiles of ${tile}`,
        );
      }
    }
  });

  it("RLE is CORRUPT_STREAM", async (context) => {
    const stream = await streamBy("dcmcrle", []);
    if (!stream) return context.skip("dcmcrle is not installed");
    await assert.rejects(decode(large, TransferSyntax.RLELossless, stream), { code: "CORRUPT_STREAM" });
  });

  it("of more pixels than any radiograph has is refused by its header, before memory is given to it", () => {
    for (const [rows, columns] of [
      [65_535, 65_535],
      [65_535, 1025],
    ] as const) {
      const part10 = encapsulated(
        { ...small, elements: { Rows: rows, Columns: columns } },
        TransferSyntax.RLELossless,
        new Uint8Array(64),
      );
      assert.throws(() => readImagePixel(part10.dataSet), { code: "IMAGE_TOO_LARGE" });
    }
  });
});
