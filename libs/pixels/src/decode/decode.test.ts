import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetOf, type Part10, readPart10, TransferSyntax } from "@redspot/dicom";
import { readImagePixel } from "../image-pixel.ts";
import { converted, imageFile, limbWords, type Synthetic } from "../test-support.ts";
import { decodeFrame } from "./decode.ts";

const ROWS = 211;
const COLUMNS = 167;

function limb(bits: number, more: Partial<Synthetic> = {}): Synthetic {
  return {
    rows: ROWS,
    columns: COLUMNS,
    bitsAllocated: bits > 8 ? 16 : 8,
    bitsStored: bits,
    words: limbWords(ROWS, COLUMNS, bits),
    ...more,
  };
}

async function decoded(part10: Part10) {
  return await decodeFrame(part10, readImagePixel(part10.dataSet));
}

interface Encoding {
  name: string;
  syntax: string;
  tool: string;
  options: string[];
  bits: number[];
  /** How far a pixel may be from what was encoded, in stored values: 0 where lossless. */
  within?: number;
}

const ENCODINGS: Encoding[] = [
  {
    name: "Implicit VR",
    syntax: TransferSyntax.ImplicitVRLittleEndian,
    tool: "dcmconv",
    options: ["+ti"],
    bits: [8, 16],
  },
  {
    name: "deflated",
    syntax: TransferSyntax.DeflatedExplicitVRLittleEndian,
    tool: "dcmconv",
    options: ["+td"],
    bits: [12],
  },
  { name: "big endian", syntax: TransferSyntax.ExplicitVRBigEndian, tool: "dcmconv", options: ["+tb"], bits: [8, 12] },
  { name: "RLE of dcmtk", syntax: TransferSyntax.RLELossless, tool: "dcmcrle", options: [], bits: [8, 10, 16] },
  { name: "RLE of gdcm", syntax: TransferSyntax.RLELossless, tool: "gdcmconv", options: ["--rle"], bits: [12] },
  {
    name: "JPEG lossless",
    syntax: TransferSyntax.JPEGLosslessSV1,
    tool: "dcmcjpeg",
    options: ["+e1"],
    bits: [8, 10, 12, 16],
  },
  ...[2, 4, 6, 7].map((predictor) => ({
    name: `JPEG lossless, predictor ${predictor}`,
    syntax: TransferSyntax.JPEGLossless,
    tool: "dcmcjpeg",
    options: ["+el", "+sv", String(predictor)],
    bits: [8, 12, 16],
  })),
  {
    name: "JPEG-LS of dcmtk",
    syntax: TransferSyntax.JPEGLSLossless,
    tool: "dcmcjpls",
    options: ["+el"],
    bits: [8, 10, 12, 16],
  },
  {
    name: "JPEG-LS of gdcm",
    syntax: TransferSyntax.JPEGLSLossless,
    tool: "gdcmconv",
    options: ["--jpegls"],
    bits: [12],
  },
  {
    name: "JPEG-LS near-lossless",
    syntax: TransferSyntax.JPEGLSNearLossless,
    tool: "dcmcjpls",
    options: ["+en", "+md", "3"],
    bits: [12],
    within: 3,
  },
  {
    name: "JPEG 2000",
    syntax: TransferSyntax.JPEG2000Lossless,
    tool: "gdcmconv",
    options: ["--j2k"],
    bits: [8, 10, 12, 16],
  },
];

describe("decodeFrame", () => {
  for (const { name, syntax, tool, options, bits, within = 0 } of ENCODINGS) {
    for (const depth of bits) {
      it(`${name}, ${depth} bits: ${within === 0 ? "bit for bit" : `within ${within}`}`, async (test) => {
        const original = limb(depth);
        const bytes = await converted(tool, options, imageFile(original));
        if (!bytes) return test.skip(`${tool} is not installed`);
        const part10 = readPart10(bytes);
        assert.equal(part10.transferSyntaxUID, syntax);
        const frame = await decoded(part10);
        assert.deepEqual([frame.rows, frame.columns, frame.reduction], [ROWS, COLUMNS, 0]);
        assert.equal(frame.words.length, ROWS * COLUMNS);
        let furthest = 0;
        frame.words.forEach((word, at) => {
          furthest = Math.max(furthest, Math.abs(word - original.words[at]!));
        });
        assert.ok(furthest <= within, `a pixel is ${furthest} from what was encoded`);
      });
    }
  }

  for (const [name, syntax, option, depth] of [
    ["JPEG baseline", TransferSyntax.JPEGBaseline8Bit, "+eb", 8],
    ["JPEG extended", TransferSyntax.JPEGExtended12Bit, "+ee", 12],
  ] as const) {
    it(`${name}, ${depth} bits: the very pixels that dcmtk decodes`, async (test) => {
      const bytes = await converted("dcmcjpeg", [option], imageFile(limb(depth)));
      const reference = bytes && (await converted("dcmdjpeg", [], bytes));
      if (!reference) return test.skip("dcmcjpeg or dcmdjpeg is not installed");
      const part10 = readPart10(bytes);
      assert.equal(part10.transferSyntaxUID, syntax);
      assert.deepEqual((await decoded(part10)).words, (await decoded(readPart10(reference))).words);
    });
  }

  it("signed values come through JPEG lossless and JPEG-LS with their bits", async (test) => {
    const words = limbWords(ROWS, COLUMNS, 16).map((word) => word - 32768);
    const file = imageFile({ ...limb(16), signed: true, words });
    for (const [tool, options] of [
      ["dcmcjpeg", ["+e1"]],
      ["dcmcjpls", ["+el"]],
    ] as const) {
      const bytes = await converted(tool, [...options], file);
      if (!bytes) return test.skip(`${tool} is not installed`);
      assert.deepEqual((await decoded(readPart10(bytes))).words, words);
    }
  });

  it("a frame in many fragments without an offset table is one stream", async (test) => {
    const original = limb(12);
    const bytes = await converted("dcmcjpeg", ["+e1", "+fs", "4", "-ot"], imageFile(original));
    if (!bytes) return test.skip("dcmcjpeg is not installed");
    const part10 = readPart10(bytes);
    assert.ok((part10.dataSet["7FE00010"]?.Value?.length ?? 0) > 3);
    assert.deepEqual((await decoded(part10)).words, original.words);
  });

  it("refuses a transfer syntax without a decoder, by its UID", async () => {
    const part10 = { ...readPart10(imageFile(limb(12))), transferSyntaxUID: "1.2.840.10008.1.2.4.102" };
    await assert.rejects(decoded(part10), {
      code: "UNSUPPORTED_TRANSFER_SYNTAX",
      message: /1\.2\.840\.10008\.1\.2\.4\.102/,
    });
  });

  it("refuses an instance without pixel data, or with an empty one", async () => {
    const part10 = readPart10(imageFile(limb(12)));
    delete part10.dataSet["7FE00010"];
    await assert.rejects(decoded(part10), { code: "NO_PIXEL_DATA" });
    Object.assign(part10.dataSet, dataSetOf({ PixelData: null }));
    await assert.rejects(decoded(part10), { code: "NO_PIXEL_DATA" });
  });
});
