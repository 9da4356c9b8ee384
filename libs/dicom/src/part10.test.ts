import assert from "node:assert/strict";
import { test } from "node:test";
import { binaries, dataSetOf, items, tagOf, text } from "./data-set.ts";
import { readPart10, writePart10 } from "./part10.ts";
import { TransferSyntax } from "./transfer-syntax.ts";

const instance = dataSetOf({
  SpecificCharacterSet: "ISO_IR 192",
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
  SOPInstanceUID: "1.2.3.4",
  PatientName: "Müller^Jörg=山田^太郎",
  StudyInstanceUID: "1.2.3",
  SeriesInstanceUID: "1.2.3.1",
  AnatomicRegionSequence: [dataSetOf({ CodeValue: "74670003", CodingSchemeDesignator: "SCT" })],
  Rows: 2,
  Columns: 2,
  PixelData: new Uint8Array([1, 0, 2, 0, 3, 0, 4, 0]),
});

test("what is written is read back the same, with its File Meta Information", () => {
  const { meta, dataSet, transferSyntaxUID } = readPart10(writePart10(instance));
  assert.equal(transferSyntaxUID, TransferSyntax.ExplicitVRLittleEndian);
  assert.equal(text(meta, "MediaStorageSOPInstanceUID"), "1.2.3.4");
  assert.equal(text(meta, "MediaStorageSOPClassUID"), "1.2.840.10008.5.1.4.1.1.1");
  assert.deepEqual(dataSet[tagOf("PatientName")]?.Value, [{ Alphabetic: "Müller^Jörg", Ideographic: "山田^太郎" }]);
  assert.equal(text(items(dataSet, "AnatomicRegionSequence")[0] ?? {}, "CodeValue"), "74670003");
  assert.deepEqual(binaries(dataSet, "PixelData"), [new Uint8Array([1, 0, 2, 0, 3, 0, 4, 0])]);
});

test("the preamble is followed by the prefix and the group length (PS3.10 7.1)", () => {
  const bytes = writePart10(instance);
  assert.deepEqual([...bytes.subarray(128, 140)], [0x44, 0x49, 0x43, 0x4d, 2, 0, 0, 0, 0x55, 0x4c, 4, 0]);
});

test("the beginning of a file is enough where reading stops before an element", () => {
  const bytes = writePart10(instance);
  const cut = bytes.subarray(0, bytes.byteLength - 40);
  const { dataSet } = readPart10(cut, { stopBefore: "SeriesInstanceUID" });
  assert.equal(text(dataSet, "StudyInstanceUID"), "1.2.3");
  assert.equal(dataSet[tagOf("SeriesInstanceUID")], undefined);
});

test("wherever a file is cut, reading up to an element gives it whole or says that it was cut", () => {
  const bytes = writePart10(instance);
  let whole = 0;
  for (let length = 0; length < bytes.byteLength; length++) {
    try {
      const { dataSet } = readPart10(bytes.subarray(0, length), { stopBefore: "SeriesInstanceUID" });
      assert.equal(text(dataSet, "StudyInstanceUID"), "1.2.3", `cut at ${length}`);
      whole++;
    } catch (error) {
      assert.match((error as { code?: string }).code ?? String(error), /^(NOT_PART_10|TRUNCATED|MALFORMED)$/);
    }
  }
  assert.ok(whole > 8 && whole < 100, `${whole} lengths sufficed`);
});

test("bytes that are no DICOM file are refused, each with its code", () => {
  assert.throws(() => readPart10(new Uint8Array(0)), { code: "NOT_PART_10" });
  assert.throws(() => readPart10(new Uint8Array(500)), { code: "NOT_PART_10" });
  const prefixOnly = new Uint8Array(132);
  prefixOnly.set([0x44, 0x49, 0x43, 0x4d], 128);
  assert.throws(() => readPart10(prefixOnly), { name: "DicomError" });
});

test("an error names no value of the data set", () => {
  const bytes = writePart10(instance);
  for (let at = 132; at < bytes.byteLength; at += 3) {
    const broken = bytes.slice();
    broken[at] = 0xff;
    try {
      readPart10(broken);
    } catch (error) {
      assert.doesNotMatch(String(error), /Müller|Jörg|太郎/);
    }
  }
});

test("text in a character set of its own comes out as Unicode", () => {
  const latin1 = { ...instance, ...dataSetOf({ SpecificCharacterSet: "ISO_IR 100", PatientName: "Name" }) };
  const bytes = writePart10(latin1);
  const at = Buffer.from(bytes).indexOf("Name");
  bytes.set([0x4d, 0xfc, 0x6c, 0x20], at);
  assert.equal(text(readPart10(bytes).dataSet, "PatientName"), "Mül");
});

test("a value that its representation does not allow is not written", () => {
  assert.throws(() => writePart10(dataSetOf({ SOPInstanceUID: "1.2", Rows: "many" })), { code: "NOT_ENCODABLE" });
});

/** An image of 400 x 300 in 16 bits, large enough to be read around its pixel data. */
function largeInstance(changes: Parameters<typeof dataSetOf>[0] = {}) {
  const pixels = Uint16Array.from({ length: 400 * 300 }, (_, at) => at % 4096);
  return dataSetOf({
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
    SOPInstanceUID: "1.2.3.4",
    PatientName: "A^B",
    SamplesPerPixel: 1,
    Rows: 400,
    Columns: 300,
    BitsAllocated: 16,
    PixelData: new Uint8Array(pixels.buffer),
    ...changes,
  });
}

test("a large file's pixel data is a view on its bytes, with all else read as ever", () => {
  const bytes = writePart10(largeInstance());
  const { dataSet, meta } = readPart10(bytes);
  const [pixels] = binaries(dataSet, "PixelData");
  assert.equal(pixels?.buffer, bytes.buffer);
  assert.deepEqual(pixels, binaries(largeInstance(), "PixelData")[0]);
  assert.equal(text(dataSet, "PatientName"), "A^B");
  assert.equal(text(meta, "MediaStorageSOPInstanceUID"), "1.2.3.4");
  assert.deepEqual(Buffer.from(writePart10(dataSet)), Buffer.from(bytes), "and is written as it was read");
});

test("a large file that is not the usual one is read as a whole, and says the same", () => {
  const icon = dataSetOf({ Rows: 2, Columns: 2, PixelData: new Uint8Array(8) });
  const cases = {
    "an icon with pixel data of its own": { IconImageSequence: [icon] },
    "fewer pixels than the header says": { Rows: 500 },
    "more pixels than the header says": { Rows: 300 },
    "something behind the pixel data": { DataSetTrailingPadding: new Uint8Array(32) },
    "a long element before the pixel data": { EncapsulatedDocument: new Uint8Array(100_000) },
  };
  for (const [name, changes] of Object.entries(cases)) {
    const { dataSet } = readPart10(writePart10(largeInstance(changes)));
    const pixels = binaries(dataSet, "PixelData");
    assert.deepEqual(pixels, binaries(largeInstance(), "PixelData"), name);
    for (const keyword of Object.keys(changes)) {
      const [written, read] = [largeInstance(changes)[tagOf(keyword)], dataSet[tagOf(keyword)]];
      assert.equal(read?.Value?.length, written?.Value?.length, `${name}: ${keyword}`);
    }
  }
  const withIcon = readPart10(writePart10(largeInstance(cases["an icon with pixel data of its own"]))).dataSet;
  assert.deepEqual(binaries(items(withIcon, "IconImageSequence")[0] ?? {}, "PixelData"), [new Uint8Array(8)]);
});

test("the group length of the meta information may be wrong: the group tells where it ends (PS3.10 7.1)", () => {
  const file = writePart10(
    dataSetOf({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.1", SOPInstanceUID: "1.2.3", StudyInstanceUID: "1.2" }),
  );
  const right = readPart10(file);
  for (const by of [-30, 6, 40, 100_000]) {
    const wrong = Uint8Array.from(file);
    const view = new DataView(wrong.buffer);
    view.setUint32(140, view.getUint32(140, true) + by, true);
    assert.deepEqual(readPart10(wrong).dataSet, right.dataSet, `${by} bytes off`);
  }
});
