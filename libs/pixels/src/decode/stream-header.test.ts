import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ImagePixel } from "../image-pixel.ts";
import { expectEnd, expectSameImage, readJpeg2000Header, readJpegHeader, withoutJp2Boxes } from "./stream-header.ts";

const SOI = [0xff, 0xd8];
const DHT = [0xff, 0xc4, 0, 4, 1, 2];
/** 12 bits, 300 rows, 200 columns, one component. */
const FRAME = [0, 11, 12, 1, 44, 0, 200, 1, 1, 0x11, 0];

const SIZ = [
  ...[0xff, 0x4f, 0xff, 0x51, 0, 41, 0, 0],
  ...[0, 0, 0, 200, 0, 0, 1, 44, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 200, 0, 0, 1, 44, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0, 1, 11, 1, 1],
];
const COD = [0xff, 0x52, 0, 12, 0, 0, 0, 1, 0, 5, 4, 4, 0, 0];

describe("readJpegHeader", () => {
  for (const marker of [0xc0, 0xc1, 0xc3, 0xf7]) {
    it(`finds the frame header of SOF 0x${marker.toString(16)} behind other segments and fill bytes`, () => {
      const stream = Uint8Array.from([...SOI, ...DHT, 0xff, 0xff, marker, ...FRAME]);
      assert.deepEqual(readJpegHeader(stream), { marker, rows: 300, columns: 200, components: 1, precision: 12 });
    });
  }

  const CORRUPT: [string, number[]][] = [
    ["nothing", []],
    ["no SOI", [0, 0, ...FRAME]],
    ["no frame header before the scan", [...SOI, 0xff, 0xda, 0, 2, 0xff, 0xc0, ...FRAME]],
    ["a frame header that is cut", [...SOI, 0xff, 0xc0, 0, 11, 12]],
    ["no marker where one must be", [...SOI, 1, 2, 3, 4]],
  ];
  for (const [what, bytes] of CORRUPT) {
    it(`refuses ${what}`, () => {
      assert.throws(() => readJpegHeader(Uint8Array.from(bytes)), { code: "CORRUPT_STREAM" });
    });
  }
});

describe("readJpeg2000Header", () => {
  it("reads SIZ and the decompositions of COD", () => {
    assert.deepEqual(readJpeg2000Header(Uint8Array.from([...SIZ, ...COD])), {
      rows: 300,
      columns: 200,
      components: 1,
      precision: 12,
      halvings: 5,
    });
  });

  it("does not halve an image that begins elsewhere than at the grid's origin", () => {
    const stream = Uint8Array.from([...SIZ, ...COD]);
    stream[19] = 8;
    const header = readJpeg2000Header(stream);
    assert.deepEqual([header.columns, header.halvings], [192, 0]);
  });

  it("refuses a stream without SIZ or without COD", () => {
    assert.throws(() => readJpeg2000Header(new Uint8Array(100)), { code: "CORRUPT_STREAM" });
    assert.throws(() => readJpeg2000Header(Uint8Array.from(SIZ)), { code: "CORRUPT_STREAM" });
  });

  it("comes out of a JP2 file's boxes", () => {
    const box = (type: string, content: number[]) => [0, 0, 0, 8 + content.length, ...Buffer.from(type), ...content];
    const file = Uint8Array.from([
      ...box("jP  ", [13, 10, 0x87, 10]),
      ...box("ftyp", [1, 2]),
      ...box("jp2c", [...SIZ, ...COD]),
    ]);
    assert.deepEqual([...withoutJp2Boxes(file)], [...SIZ, ...COD]);
    assert.deepEqual([...withoutJp2Boxes(Uint8Array.from(SIZ))], SIZ);
  });
});

describe("what a stream must agree on", () => {
  const image = { rows: 300, columns: 200, bitsAllocated: 16 } as ImagePixel;
  const header = { rows: 300, columns: 200, components: 1, precision: 12 };

  it("is rows, columns, one component, and bits that fit", () => {
    expectSameImage("JPEG", header, image);
    for (const wrong of [{ rows: 299 }, { columns: 201 }, { components: 3 }, { precision: 17 }, { precision: 0 }]) {
      assert.throws(() => expectSameImage("JPEG", { ...header, ...wrong }, image), { code: "CORRUPT_STREAM" });
    }
  });

  it("is an end marker, padded or not", () => {
    expectEnd("JPEG", Uint8Array.from([1, 2, 0xff, 0xd9]));
    expectEnd("JPEG", Uint8Array.from([1, 2, 0xff, 0xd9, 0]));
    assert.throws(() => expectEnd("JPEG", Uint8Array.from([0xff, 1, 0xd9])), { code: "CORRUPT_STREAM" });
  });
});
