import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { dataSetOf, tagOf, text } from "./data-set.ts";
import { DicomError } from "./dicom-error.ts";
import { readPart10, writePart10 } from "./part10.ts";
import { TransferSyntax } from "./transfer-syntax.ts";

const MIB = 1024 * 1024;
const written = Buffer.from(writePart10(dataSetOf({ SOPClassUID: "1.2", SOPInstanceUID: "1.3", PatientID: "P" })));
const metaEnd = 144 + written.readUInt32LE(140);

/** A file in another transfer syntax than its writer knows: its data set as it is given. */
function fileOf(transferSyntaxUID: string, dataSet: Uint8Array): Uint8Array {
  const meta = written.subarray(0, metaEnd);
  const from = Buffer.from(`UI\x14\0${TransferSyntax.ExplicitVRLittleEndian}\0`, "latin1");
  const value = Buffer.from(
    transferSyntaxUID.length % 2 === 0 ? transferSyntaxUID : `${transferSyntaxUID}\0`,
    "latin1",
  );
  const to = Buffer.concat([Buffer.from("UI"), Buffer.from([value.byteLength, 0]), value]);
  const at = meta.indexOf(from);
  const changed = Buffer.concat([meta.subarray(0, at), to, meta.subarray(at + from.byteLength)]);
  changed.writeUInt32LE(changed.byteLength - 144, 140);
  return new Uint8Array(Buffer.concat([changed, dataSet]));
}

test("a deflated data set is read, and is a bomb where too much would come out of it", () => {
  const deflated = fileOf(TransferSyntax.DeflatedExplicitVRLittleEndian, deflateRawSync(written.subarray(metaEnd)));
  assert.equal(text(readPart10(deflated).dataSet, "PatientID"), "P");

  const pixels = Buffer.alloc(12 + 170 * MIB);
  pixels.write(`${tagOf("PixelData").replace(/(..)(..)(..)(..)/, "$2$1$4$3")}4f570000`, "hex");
  pixels.writeUInt32LE(170 * MIB, 8);
  const bomb = fileOf(
    TransferSyntax.DeflatedExplicitVRLittleEndian,
    deflateRawSync(Buffer.concat([written.subarray(metaEnd), pixels])),
  );
  assert.ok(bomb.byteLength < MIB, "a small file");
  assert.throws(() => readPart10(bomb), { name: "DicomError", code: "TOO_LARGE" });
});

test("sequences nested ten thousand deep are refused, not followed until the stack is used up", () => {
  let content = Buffer.alloc(0);
  for (let depth = 0; depth < 10_000; depth += 1) {
    const header = Buffer.from("0800401100000000feff00e000000000", "hex");
    header.writeUInt32LE(content.byteLength + 8, 4);
    header.writeUInt32LE(content.byteLength, 12);
    content = Buffer.concat([header, content]);
  }
  const read = () => readPart10(fileOf(TransferSyntax.ImplicitVRLittleEndian, content));
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof DicomError);
  }
});

test("beginnings of items without an end are refused by their number, not by reading the rest for each", () => {
  const opening = Buffer.from("08004011ffffffff" + "feff00e0ffffffff", "hex");
  const deep = fileOf(TransferSyntax.ImplicitVRLittleEndian, Buffer.concat(Array(100_000).fill(opening)));
  assert.throws(() => readPart10(deep), { name: "DicomError", code: "MALFORMED" });
  const item = Buffer.from("feff00e0ffffffff" + "feff0de000000000", "hex");
  const many = Buffer.concat([
    Buffer.from("08004011ffffffff", "hex"),
    ...Array(1000).fill(item),
    Buffer.from("feffdde000000000", "hex"),
  ]);
  assert.ok("00081140" in readPart10(fileOf(TransferSyntax.ImplicitVRLittleEndian, many)).dataSet);
});

test("text of which nearly all is spaces is read, however much of it there is", () => {
  const spaces = " ".repeat(2_000_000);
  const ofRepresentation = {
    LT: "00204000",
    ST: "00080081",
    TM: "00080030",
    UC: "00080119",
    UT: "00100218",
    LO: "00081030",
  };
  for (const [vr, tag] of Object.entries(ofRepresentation)) {
    const header = Buffer.from(`${tag.replace(/(..)(..)(..)(..)/, "$2$1$4$3")}00000000`, "hex");
    const value = Buffer.from(`1${spaces}2${spaces} `);
    header.writeUInt32LE(value.byteLength, 4);
    const file = fileOf(TransferSyntax.ImplicitVRLittleEndian, Buffer.concat([header, value]));
    const { [tag]: element } = readPart10(file).dataSet;
    assert.deepEqual([element?.vr, String(element?.Value?.[0]).trimEnd()], [vr, `1${spaces}2`]);
  }
});
