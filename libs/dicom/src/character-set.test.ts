import assert from "node:assert/strict";
import { test } from "node:test";
import { dataSetOf, items, text, values } from "./data-set.ts";
import { DicomError } from "./dicom-error.ts";
import { readPart10, writePart10 } from "./part10.ts";

/** A file whose Specific Character Set and Patient's Name are these bytes, and whose Procedure Code means the name too. */
function fileWith(characterSet: string, name: string | readonly number[], vr: "PN" | "LO" = "PN"): Uint8Array {
  const plain = writePart10(dataSetOf({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.1", SOPInstanceUID: "1.2.3" }));
  const head = plain.subarray(0, 144 + new DataView(plain.buffer).getUint32(140, true));
  const bytes = typeof name === "string" ? Buffer.from(name, "latin1") : Uint8Array.from(name);
  const meaning = element(0x0008, 0x0104, "LO", bytes);
  return Buffer.concat([
    head,
    element(0x0008, 0x0005, "CS", Buffer.from(characterSet)),
    element(0x0008, 0x0016, "UI", Buffer.from("1.2.840.10008.5.1.4.1.1.1")),
    element(0x0008, 0x1032, "SQ", Buffer.concat([sequenceItem(meaning)])),
    vr === "PN" ? element(0x0010, 0x0010, "PN", bytes) : element(0x0010, 0x0020, "LO", bytes),
  ]);
}

function element(group: number, number: number, vr: string, value: Uint8Array): Buffer {
  const padded = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(vr === "UI" ? "\0" : " ")]);
  const tag = Buffer.alloc(4);
  tag.writeUInt16LE(group, 0);
  tag.writeUInt16LE(number, 2);
  const length = Buffer.alloc(vr === "SQ" ? 6 : 2);
  if (vr === "SQ") length.writeUInt32LE(padded.length, 2);
  else length.writeUInt16LE(padded.length);
  return Buffer.concat([tag, Buffer.from(vr), length, padded]);
}

function sequenceItem(content: Uint8Array): Buffer {
  const header = Buffer.from("feff00e000000000", "hex");
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, content]);
}

const nameOf = (bytes: Uint8Array) => values(readPart10(bytes).dataSet, "PatientName")[0] as Record<string, string>;
const hex = (text: string) => [...Buffer.from(text.replaceAll(" ", ""), "hex")];

// The examples of PS3.5 Annexes H to K.
const NAMES: Record<string, { characterSet: string; bytes: number[]; groups: [string, string?, string?] }> = {
  "Japanese, H.3.1": {
    characterSet: "\\ISO 2022 IR 87",
    bytes: hex(
      "59616d6164615e5461726f753d1b24423b3345441b28425e1b244242404f3a1b28423d1b2442246424 5e24401b28425e1b2442243f246d24261b2842",
    ),
    groups: ["Yamada^Tarou", "山田^太郎", "やまだ^たろう"],
  },
  "Japanese with half-width letters, H.3.2": {
    characterSet: "ISO 2022 IR 13\\ISO 2022 IR 87",
    bytes: hex(
      "d4cfc0de5ec0dbb33d1b24423b3345441b284a5e1b244242404f3a1b284a3d1b2442246424 5e24401b284a5e1b2442243f246d24261b284a",
    ),
    groups: ["ﾔﾏﾀﾞ^ﾀﾛｳ", "山田^太郎", "やまだ^たろう"],
  },
  "Korean, I.2": {
    characterSet: "\\ISO 2022 IR 149",
    bytes: hex("486f6e675e47696c646f6e673d1b242943fbf35e1b242943d1ced4d73d1b242943c8ab5e1b242943b1e6b5bf"),
    groups: ["Hong^Gildong", "洪^吉洞", "홍^길동"],
  },
  "Chinese, K.2": {
    characterSet: "\\ISO 2022 IR 58",
    bytes: hex("5a68616e675e5869616f446f6e673d1b242941d5c55e1b242941d0a1b6ab3d"),
    groups: ["Zhang^XiaoDong", "张^小东"],
  },
  "Latin and Cyrillic": {
    characterSet: "ISO 2022 IR 100\\ISO 2022 IR 144",
    bytes: hex("4cfc1b2d4cbbeeda"),
    groups: ["LüЛюк"],
  },
  "Greek alone": { characterSet: "ISO_IR 126", bytes: hex("c4e9efedf5f3e9eff2"), groups: ["Διονυσιος"] },
  "Latin-9": { characterSet: "ISO_IR 203", bytes: hex("bd6cbec4"), groups: ["œlŸÄ"] },
  "Chinese, J.3": {
    characterSet: "GB18030",
    bytes: hex("57616e675e5869616f446f6e673dcdf55ed0a1b6ab3d"),
    groups: ["Wang^XiaoDong", "王^小东"],
  },
};

for (const [name, { characterSet, bytes, groups }] of Object.entries(NAMES)) {
  test(`a name: ${name}`, () => {
    const { Alphabetic, Ideographic, Phonetic } = nameOf(fileWith(characterSet, bytes));
    assert.deepEqual([Alphabetic, Ideographic || undefined, Phonetic || undefined], [groups[0], groups[1], groups[2]]);
  });
}

test("text within a sequence is in the data set's character sets, unless the item has its own", () => {
  const { characterSet, bytes } = NAMES["Latin and Cyrillic"]!;
  const [item] = items(readPart10(fileWith(characterSet, bytes)).dataSet, "ProcedureCodeSequence");
  assert.equal(text(item!, "CodeMeaning"), "LüЛюк");
});

test("a byte of a letter that looks like a backslash, an equals sign or a caret divides nothing", () => {
  // In JIS X 0208 these letters have the bytes 3D5C, 5C3D and 5E5E.
  const bytes = [0x1b, 0x24, 0x42, 0x3d, 0x5c, 0x5c, 0x3d, 0x5e, 0x5e, 0x1b, 0x28, 0x42];
  const { dataSet } = readPart10(fileWith("\\ISO 2022 IR 87", bytes, "LO"));
  assert.deepEqual(values(dataSet, "PatientID").length, 1);
  assert.match(text(dataSet, "PatientID") ?? "", /^\p{Script=Han}{3}$/u);
});

test("several values stay several", () => {
  const { dataSet } = readPart10(fileWith("ISO 2022 IR 100\\ISO 2022 IR 144", "A\\B\xe4", "LO"));
  assert.deepEqual(values(dataSet, "PatientID"), ["A", "Bä"]);
});

test("a character set that there is not leaves what is ASCII", () => {
  assert.equal(nameOf(fileWith("KLINGON", "Worf^X")).Alphabetic, "Worf^X");
  assert.equal(nameOf(fileWith("ISO 2022 IR 999\\ISO 2022 IR 87", "Worf^X")).Alphabetic, "Worf^X");
});

test("an escape sequence that nothing announced is not kept in the text", () => {
  const bytes = hex("1b242943c8ab");
  assert.equal(nameOf(fileWith("ISO 2022 IR 149", bytes)).Alphabetic, "홍");
});

test("a data set that breaks off is not taken for a whole one, whatever its character sets", () => {
  for (const characterSet of ["ISO_IR 100", "KLINGON", "\\ISO 2022 IR 87"]) {
    const file = Buffer.concat([fileWith(characterSet, "Worf^X"), Buffer.from("1000200058580400", "hex")]);
    assert.throws(() => readPart10(file), DicomError, characterSet);
  }
});

test("meta information that breaks off at a character set that there is not is no other error than that", () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
  // (0002,0099) SQ with an item that has (0008,0005) CS "XYZ "; the Transfer Syntax UID would come behind it.
  const sequence = hex("02009900 53510000 14000000 feff00e0 0c000000 08000500 4353 0400 58595a20");
  const name = hex("10001000 504e 0400 415e4220");
  const file = Buffer.concat([
    Buffer.alloc(128),
    Buffer.from("DICM"),
    hex("02000000 554c 0400 20000000"),
    sequence,
    name,
  ]);
  assert.throws(() => readPart10(new Uint8Array(file)), { code: "MALFORMED" });
});
