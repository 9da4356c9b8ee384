import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetOf, readPart10, TransferSyntax } from "@redspot/dicom";
import { INPUT_SIZE, toModelInput } from "./model-input.ts";
import { converted, imageFile, imageInstance, limbWords, type Synthetic } from "./test-support.ts";

const ROWS = 598;
const COLUMNS = 598;
const words = limbWords(ROWS, COLUMNS, 12);
const window = { WindowCenter: "2048", WindowWidth: "4096" };
const limb: Synthetic = { rows: ROWS, columns: COLUMNS, bitsStored: 12, words, elements: window };

const inputOf = (more: Partial<Synthetic> = {}) => toModelInput(imageInstance({ ...limb, ...more }));

/** The largest difference between two inputs. */
function furthest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, grey, at) => Math.max(most, Math.abs(grey - b[at]!)), 0);
}

describe("toModelInput", () => {
  it("gives each pixel of the square the mean of what lies under it", async () => {
    const { size, pixels, facts } = await inputOf();
    assert.deepEqual(facts, {
      window: "linear",
      annotationPixelsRemoved: 0,
      decodedReduction: 0,
      field: { x: 0, y: 0, width: COLUMNS, height: ROWS },
      content: { x: 0, y: 0, width: 299, height: 299 },
      seen: { x: 0, y: 0, width: COLUMNS, height: ROWS },
    });
    assert.deepEqual([size, pixels.length], [INPUT_SIZE, INPUT_SIZE ** 2]);
    pixels.forEach((grey, at) => {
      const first = 2 * Math.floor(at / INPUT_SIZE) * COLUMNS + 2 * (at % INPUT_SIZE);
      const four = [first, first + 1, first + COLUMNS, first + COLUMNS + 1].map((place) => words[place]! / 4095);
      assert.ok(Math.abs(grey - four.reduce((sum, each) => sum + each) / 4) < 1e-5, `pixel ${at}`);
    });
  });

  it("keeps the proportions of a long field, black beside it, and gives up an eighth at either end", async () => {
    const long = limbWords(800, 300, 12);
    const { pixels, facts } = await inputOf({ rows: 800, columns: 300, words: long });
    assert.deepEqual(facts.field, { x: 0, y: 0, width: 300, height: 800 });
    assert.deepEqual(facts.seen, { x: -150, y: 100, width: 600, height: 600 });
    const { x, y, width, height } = facts.content;
    assert.deepEqual(
      [x, y, width, height].map((side) => side.toFixed(3)),
      ["74.750", "-49.833", "149.500", "398.667"],
    );
    for (let row = 0; row < INPUT_SIZE; row++) {
      assert.equal(pixels[row * INPUT_SIZE + 73], 0);
      assert.ok(pixels[row * INPUT_SIZE + 76]! > 0);
      assert.ok(pixels[row * INPUT_SIZE + 222]! > 0);
      assert.equal(pixels[row * INPUT_SIZE + 225], 0);
    }
    const middle = long.subarray(100 * 300, 700 * 300);
    const mean = middle.reduce((sum, word) => sum + word / 4095, 0) / middle.length;
    const seen = pixels.reduce((sum, grey) => sum + grey, 0) / (pixels.length / 2);
    assert.ok(Math.abs(seen - mean) < 1e-4, `${seen}, not ${mean}`);
  });

  it("gives the same of the same image however it is written", async () => {
    const { pixels } = await inputOf();
    const stored = Array.from(words);
    const twins: [string, Partial<Synthetic>][] = [
      [
        "MONOCHROME1",
        {
          photometric: "MONOCHROME1",
          words: stored.map((word) => 4095 - word),
          elements: { ...window, WindowCenter: "2048" },
        },
      ],
      [
        "signed",
        {
          signed: true,
          words: stored.map((word) => (word - 2048) & 0xfff),
          elements: { ...window, WindowCenter: "0" },
        },
      ],
      [
        "signed, with sign bits throughout the word",
        {
          signed: true,
          words: stored.map((word) => (word - 2048) & 0xffff),
          elements: { ...window, WindowCenter: "0" },
        },
      ],
      ["with the high bit at 15", { highBit: 15, words: stored.map((word) => word << 4) }],
      ["with an overlay in the unused bits", { words: stored.map((word, at) => word | (at % 3 === 0 ? 0x8000 : 0)) }],
      [
        "rescaled",
        { elements: { WindowCenter: "-1902", WindowWidth: "8191", RescaleSlope: "2", RescaleIntercept: "-5997" } },
      ],
      [
        "with an inverting Presentation LUT Shape",
        {
          words: stored.map((word) => 4095 - word),
          elements: { ...window, PresentationLUTShape: "INVERSE" },
        },
      ],
    ];
    for (const [what, twin] of twins) {
      const difference = furthest((await inputOf(twin)).pixels, pixels);
      assert.ok(difference < 1e-3, `${what}: ${difference}`);
    }
  });

  it("does not burn in an overlay plane (PS3.3 C.9.2)", async () => {
    const part10 = imageInstance(limb);
    part10.dataSet["60000010"] = { vr: "US", Value: [ROWS] };
    part10.dataSet["60000011"] = { vr: "US", Value: [COLUMNS] };
    part10.dataSet["60003000"] = { vr: "OW", Value: [new Uint8Array((ROWS * COLUMNS) / 8).fill(255).buffer] };
    assert.deepEqual(await toModelInput(part10), await inputOf());
  });

  it("gives the very same of a lossless encoding", async (test) => {
    const bytes = await converted("dcmcrle", [], imageFile(limb));
    if (!bytes) return test.skip("dcmcrle is not installed");
    const part10 = readPart10(bytes);
    assert.equal(part10.transferSyntaxUID, TransferSyntax.RLELossless);
    assert.deepEqual(await toModelInput(part10), await inputOf());
  });

  it("reads pixel data that begins at an odd place in memory", async () => {
    const part10 = imageInstance(limb);
    const bytes = new Uint8Array(words.buffer);
    const moved = new Uint8Array(bytes.byteLength + 1);
    moved.set(bytes, 1);
    part10.dataSet["7FE00010"] = { vr: "OW", Value: [moved.subarray(1)] };
    assert.deepEqual(await toModelInput(part10), await inputOf());
  });

  it("leaves the instance as it is, and gives the same again", async () => {
    const part10 = imageInstance(limb);
    const before = structuredClone(part10);
    const first = await toModelInput(part10);
    assert.deepEqual(part10, before);
    assert.deepEqual(await toModelInput(part10), first);
  });

  it("finds a window of its own where none was sent or none shows anything", async () => {
    for (const elements of [{}, { WindowCenter: "50000", WindowWidth: "100" }]) {
      const { pixels, facts } = await inputOf({ elements });
      assert.equal(facts.window, "percentile");
      const greys = pixels.filter((grey) => grey > 0.05 && grey < 0.95);
      assert.ok(greys.length > 0.3 * pixels.length, `${greys.length} greys`);
    }
  });

  it("crops to a shutter and shows nothing beyond it", async () => {
    const shutter = {
      ShutterShape: "RECTANGULAR",
      ShutterLeftVerticalEdge: "101",
      ShutterRightVerticalEdge: "360",
      ShutterUpperHorizontalEdge: "51",
      ShutterLowerHorizontalEdge: "548",
    };
    const outside = words.map((word, at) => (at % COLUMNS < 100 || at % COLUMNS >= 360 ? 4095 : word));
    const { facts, pixels } = await inputOf({ words: outside, elements: { ...window, ...shutter } });
    const { x, y, width, height } = facts.field;
    assert.ok(x >= 100 && x <= 106 && x + width <= 360 && x + width >= 354, JSON.stringify(facts.field));
    assert.ok(y >= 50 && y <= 56 && y + height <= 548 && y + height >= 542, JSON.stringify(facts.field));
    for (let at = 0; at < INPUT_SIZE; at++) assert.equal(pixels[150 * INPUT_SIZE + at]! > 0.98, false);
  });

  it("keeps the anatomy's proportions where pixels are not square", async () => {
    const flat = { ...window, PixelSpacing: ["0.2", "0.1"] };
    const { facts } = await inputOf({ rows: ROWS / 2, words: words.subarray(0, (ROWS / 2) * COLUMNS), elements: flat });
    assert.deepEqual(facts.content, { x: 0, y: 0, width: 299, height: 299 });
  });

  it("takes images smaller than its square, down to one pixel", async () => {
    const { pixels } = await toModelInput(
      imageInstance({ rows: 1, columns: 1, bitsStored: 12, words: [2047], elements: window }),
    );
    assert.ok(pixels.every((grey) => Math.abs(grey - 0.5) < 1e-3));
    const small = await toModelInput(
      imageInstance({ rows: 40, columns: 30, bitsStored: 12, words: limbWords(40, 30, 12), elements: window }),
    );
    assert.equal(small.facts.annotationPixelsRemoved, 0);
  });

  it("takes an image all of one value, and one that is all padding", async () => {
    const flat = await inputOf({ words: new Uint16Array(ROWS * COLUMNS).fill(1000), elements: {} });
    assert.ok(flat.pixels.every((grey) => grey >= 0 && grey <= 1));
    const elements = { PixelPaddingValue: 1000 };
    const padded = await inputOf({ words: new Uint16Array(ROWS * COLUMNS).fill(1000), elements });
    assert.ok(padded.pixels.every((grey) => grey === 0));
  });

  it("does several at once", async () => {
    const alone = await inputOf();
    for (const input of await Promise.all([inputOf(), inputOf(), inputOf()])) assert.deepEqual(input, alone);
  });

  it("answers what cannot be analysed with a code", async () => {
    const cases: [string, Partial<Synthetic>, string][] = [
      ["0 x 0", { elements: { Rows: 0, Columns: 0 } }, "EMPTY_IMAGE"],
      ["cut short", { elements: { Rows: ROWS + 1 } }, "PIXEL_DATA_TOO_SHORT"],
      ["RGB", { elements: { PhotometricInterpretation: "RGB", SamplesPerPixel: 3 } }, "UNSUPPORTED_PHOTOMETRIC"],
      ["many frames", { elements: { NumberOfFrames: "30" } }, "MULTI_FRAME"],
      ["vast", { elements: { Rows: 60000, Columns: 60000 } }, "IMAGE_TOO_LARGE"],
    ];
    for (const [what, more, code] of cases) await assert.rejects(inputOf(more), { name: "PixelError", code }, what);
    const { dataSet, ...rest } = imageInstance(limb);
    await assert.rejects(toModelInput({ ...rest, dataSet: { ...dataSet, ...dataSetOf({ PixelData: null }) } }), {
      code: "NO_PIXEL_DATA",
    });
    await assert.rejects(toModelInput({ ...rest, dataSet, transferSyntaxUID: "1.2.840.10008.1.2.4.100" }), {
      code: "UNSUPPORTED_TRANSFER_SYNTAX",
    });
  });
});
