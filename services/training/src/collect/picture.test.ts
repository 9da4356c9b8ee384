import assert from "node:assert/strict";
import { test } from "node:test";
import { binaries, number, type Part10 } from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";
import sharp from "sharp";
import { kindOf, readPicture } from "./picture.ts";

const [rows, columns] = [40, 30];
const greys = Uint8Array.from({ length: rows * columns }, (_, at) => (at * 7) % 256);
const raw = { raw: { width: columns, height: rows, channels: 1 as const } };

const pixelsOf = (picture: Awaited<ReturnType<typeof readPicture>>) => {
  assert.ok(picture !== undefined && picture !== "COLOUR");
  return binaries((picture as Part10).dataSet, "PixelData")[0]!;
};

test("a grey PNG keeps its greys, of 8 and of 16 bits", async () => {
  const png = await sharp(greys, raw).toColourspace("b-w").png().toBuffer();
  assert.deepEqual(pixelsOf(await readPicture(png)), greys);
  const deep = Uint16Array.from(greys, (grey) => grey * 201);
  const deepPng = await sharp(deep, raw).toColourspace("grey16").png().toBuffer();
  const picture = (await readPicture(deepPng)) as Part10;
  assert.equal(number(picture.dataSet, "BitsAllocated"), 16);
  const read = pixelsOf(picture);
  assert.ok(Buffer.from(read).equals(Buffer.from(deep.buffer)));
});

test("a JPEG that is saved in three channels is grey all the same", async () => {
  const jpeg = await sharp(greys, raw).toColourspace("srgb").jpeg({ quality: 100 }).toBuffer();
  const picture = (await readPicture(jpeg)) as Part10;
  assert.deepEqual([number(picture.dataSet, "Rows"), number(picture.dataSet, "Columns")], [rows, columns]);
  const read = pixelsOf(picture);
  assert.ok(read.every((grey, at) => Math.abs(grey - greys[at]!) < 12));
});

test("a camera's word on which side is up is followed", async () => {
  const turned = await sharp(greys, raw).jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const picture = (await readPicture(turned)) as Part10;
  assert.deepEqual([number(picture.dataSet, "Rows"), number(picture.dataSet, "Columns")], [columns, rows]);
});

test("a flag in red is seen, however small", async () => {
  const flag = await sharp({ create: { width: 4, height: 4, channels: 3, background: "#d00" } })
    .png()
    .toBuffer();
  const flagged = await sharp(greys, raw)
    .toColourspace("srgb")
    .composite([{ input: flag, left: 3, top: 5 }])
    .png()
    .toBuffer();
  assert.equal(await readPicture(flagged), "COLOUR");
});

test("what cannot be decoded is no picture", async () => {
  const png = await sharp(greys, raw).png().toBuffer();
  assert.equal(await readPicture(png.subarray(0, png.length >> 1)), undefined);
  assert.equal(await readPicture(Uint8Array.of(0xff, 0xd8, 0xff, 0, 0)), undefined);
});

test("kinds are known by their first bytes", async () => {
  const [instance] = makeStudy({ seed: 1, views: ["lateral"], matrix: { rows: 200, columns: 150 } }).instances;
  assert.equal(kindOf(instance!.bytes), "dicom");
  assert.equal(kindOf(await sharp(greys, raw).jpeg().toBuffer()), "picture");
  assert.equal(kindOf(await sharp(greys, raw).png().toBuffer()), "picture");
  assert.equal(kindOf(Buffer.from("a,b\n1,2\n")), undefined);
});
