import assert from "node:assert/strict";
import { test } from "node:test";
import {
  binaries,
  dataSetOf,
  items,
  KEYWORDS_AT_HAND,
  lookUp,
  number,
  numbers,
  pick,
  tagOf,
  text,
  texts,
  values,
} from "./data-set.ts";

test("a keyword has its tag of PS3.6, and a wrong one is named", () => {
  assert.equal(tagOf("StudyInstanceUID"), "0020000D");
  assert.equal(tagOf("PixelData"), "7FE00010");
  assert.throws(() => tagOf("StudyInstanceUld"), { code: "UNKNOWN_KEYWORD", message: /"StudyInstanceUld"/ });
});

test("what is at hand is what the data dictionary says", () => {
  for (const keyword of KEYWORDS_AT_HAND) {
    const [[tag, { vr }] = ["", { vr: "" }]] = Object.entries(dataSetOf({ [keyword]: null }));
    assert.deepEqual({ tag, vr }, lookUp(keyword), keyword);
  }
});

test("a data set has its elements' value representations, present, empty or absent", () => {
  const dataSet = dataSetOf({
    PatientName: "Yamada^Tarou=山田^太郎",
    AccessionNumber: null,
    PatientID: undefined,
    ImageType: ["ORIGINAL", "PRIMARY"],
    SmallestImagePixelValue: 3,
    AnatomicRegionSequence: [dataSetOf({ CodeValue: "74670003" })],
  });
  assert.deepEqual(dataSet["00100010"], {
    vr: "PN",
    Value: [{ Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎" }],
  });
  assert.deepEqual(dataSet["00080050"], { vr: "SH", Value: [] });
  assert.equal(dataSet["00100020"], undefined);
  assert.equal(dataSet["00280106"]?.vr, "US");
  assert.deepEqual(values(dataSet, "ImageType"), ["ORIGINAL", "PRIMARY"]);
  assert.equal(items(dataSet, "AnatomicRegionSequence").length, 1);
});

test("text is read without its padding, a name as its alphabetic group", () => {
  const dataSet = dataSetOf({ Modality: "CR ", PatientName: "A^B", SeriesDescription: "  ", Rows: 12 });
  assert.equal(text(dataSet, "Modality"), "CR");
  assert.equal(text(dataSet, "PatientName"), "A^B");
  assert.equal(text(dataSet, "SeriesDescription"), undefined);
  assert.equal(text(dataSet, "StudyDescription"), undefined);
  assert.deepEqual(texts(dataSet, "Rows"), ["12"]);
});

test("numbers are read from numbers and from decimal strings, and nothing else passes for one", () => {
  const dataSet = dataSetOf({ WindowCenter: ["2048.5", " ", "abc", 7] });
  assert.deepEqual(numbers(dataSet, "WindowCenter"), [2048.5, 7]);
  assert.equal(number(dataSet, "WindowWidth"), undefined);
});

test("binary values come out byte for byte", () => {
  const bytes = new Uint8Array([9, 1, 2, 3, 4]).subarray(1);
  assert.deepEqual(binaries(dataSetOf({ PixelData: bytes }), "PixelData"), [new Uint8Array([1, 2, 3, 4])]);
});

test("picking takes the elements that are there, unchanged", () => {
  const dataSet = dataSetOf({ PatientID: "x", Rows: 3 });
  assert.deepEqual(pick(dataSet, ["Rows", "Columns"]), { "00280010": { vr: "US", Value: [3] } });
});

test("a value is told without its padding, however much of it there is", () => {
  const spaces = " ".repeat(5_000_000);
  const read = (value: string) => text({ "00081030": { vr: "LO", Value: [value] } }, "StudyDescription");
  assert.equal(read("  left wrist \0"), "left wrist");
  assert.equal(read(`${spaces}left${spaces}wrist${spaces}\0`), `left${spaces}wrist`);
  assert.equal(read(spaces), undefined);
});
