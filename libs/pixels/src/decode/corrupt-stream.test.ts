import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { binaries, type Part10, readPart10, TransferSyntax } from "@redspot/dicom";
import { readImagePixel } from "../image-pixel.ts";
import { PixelError } from "../pixel-error.ts";
import {
  converted,
  encapsulated,
  htj2kStream,
  imageFile,
  limbWords,
  randomOf,
  type Synthetic,
} from "../test-support.ts";
import { decodeFrame } from "./decode.ts";

const ROWS = 120;
const COLUMNS = 96;
const words = limbWords(ROWS, COLUMNS, 12);
const limb: Synthetic = { rows: ROWS, columns: COLUMNS, bitsStored: 12, words };

/** Each family of codec, and how a stream of it is made; undefined where the tool is not installed. */
const KINDS: [name: string, syntax: string, make: () => Promise<Uint8Array | undefined>][] = [
  ["RLE", TransferSyntax.RLELossless, () => madeBy("dcmcrle", [])],
  ["JPEG lossless", TransferSyntax.JPEGLosslessSV1, () => madeBy("dcmcjpeg", ["+e1"])],
  ["JPEG extended", TransferSyntax.JPEGExtended12Bit, () => madeBy("dcmcjpeg", ["+ee"])],
  ["JPEG-LS", TransferSyntax.JPEGLSLossless, () => madeBy("dcmcjpls", ["+el"])],
  ["JPEG 2000", TransferSyntax.JPEG2000Lossless, () => madeBy("gdcmconv", ["--j2k"])],
  ["HTJ2K", TransferSyntax.HTJ2KLossless, () => htj2kStream(words, ROWS, COLUMNS, 12)],
];

async function madeBy(tool: string, options: string[]): Promise<Uint8Array | undefined> {
  const bytes = await converted(tool, options, imageFile(limb));
  return bytes && new Uint8Array(Buffer.concat(binaries(readPart10(bytes).dataSet, "PixelData")));
}

async function decoded({ ...part10 }: Part10) {
  return (await decodeFrame(part10, readImagePixel(part10.dataSet))).words;
}

describe("a stream that is not as it should be", () => {
  for (const [name, syntax, make] of KINDS) {
    it(`${name}: is CORRUPT_STREAM, and the next one decodes`, async (test) => {
      const stream = await make();
      if (!stream) return test.skip("the tool that makes it is not installed");
      const intact = await decoded(encapsulated(limb, syntax, stream));
      const bad: [string, Uint8Array][] = [
        ["half of it", stream.slice(0, stream.byteLength >> 1)],
        ["a tenth of it", stream.slice(0, Math.floor(stream.byteLength / 10))],
        ["its first 20 bytes", stream.slice(0, 20)],
        ["zeros", new Uint8Array(stream.byteLength)],
        ["text", Buffer.from("no image at all".repeat(99))],
      ];
      for (const [what, bytes] of bad) {
        await assert.rejects(decoded(encapsulated(limb, syntax, bytes)), { code: "CORRUPT_STREAM" }, what);
        assert.deepEqual(await decoded(encapsulated(limb, syntax, stream)), intact, `after ${what}`);
      }
    });

    it(`${name}: damaged at random, decodes to pixels or is CORRUPT_STREAM, never anything else`, async (test) => {
      const stream = await make();
      if (!stream) return test.skip("the tool that makes it is not installed");
      const random = randomOf(7);
      const exitCode = process.exitCode;
      for (let round = 0; round < 60; round++) {
        const damaged = stream.slice();
        // Every other round in the headers, where decoders have more to go wrong with.
        const reach = round % 2 ? Math.min(200, damaged.byteLength) : damaged.byteLength;
        for (let hits = 1 + Math.floor(random() * 8); hits > 0; hits--) {
          damaged[Math.floor(random() * reach)] = Math.floor(random() * 256);
        }
        try {
          assert.equal((await decoded(encapsulated(limb, syntax, damaged))).length, ROWS * COLUMNS);
        } catch (error) {
          assert.ok(error instanceof PixelError, `round ${round}: ${error}`);
          assert.equal(error.code, "CORRUPT_STREAM");
        }
      }
      assert.equal(process.exitCode, exitCode);
      assert.deepEqual(
        await decoded(encapsulated(limb, syntax, stream)),
        await decoded(encapsulated(limb, syntax, stream)),
      );
    });

    it(`${name}: of another size than the header says is CORRUPT_STREAM before it is decoded`, async (test) => {
      const stream = await make();
      if (!stream) return test.skip("the tool that makes it is not installed");
      const larger = { ...limb, rows: 4000, columns: 4000, words: [] };
      await assert.rejects(decoded(encapsulated(larger, syntax, stream)), { code: "CORRUPT_STREAM" });
    });
  }
});
