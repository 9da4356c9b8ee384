import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { type DataSet, dataSetOf } from "./data-set.ts";
import { DicomError } from "./dicom-error.ts";
import { readDicomJson } from "./dicom-json.ts";
import { encodePart10 } from "./encode-part10.ts";
import { readPart10 } from "./part10.ts";
import { readNativeDicomModel } from "./read-native-dicom-model.ts";
import { TransferSyntax } from "./transfer-syntax.ts";

const run = promisify(execFile);
const CR = "1.2.840.10008.5.1.4.1.1.1";
const none = () => {
  throw new Error("no bulk data");
};

function encoded(dataSet: DataSet, transferSyntaxUID: string = TransferSyntax.ExplicitVRLittleEndian): Buffer {
  return Buffer.concat(encodePart10(dataSet, { transferSyntaxUID, bulkData: none }) as Uint8Array[]);
}

/** What dcmtk makes of a file, in DICOM JSON or in the Native DICOM Model. */
async function byDcmtk(program: "dcm2json" | "dcm2xml", file: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "redspot-encode-"));
  try {
    const from = join(folder, "file.dcm");
    await writeFile(from, file);
    const options = program === "dcm2json" ? [] : ["--native-format", "--use-xml-namespace", "--encode-base64"];
    const { stdout } = await run(program, [...options, from]);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every value representation, several values, names in three scripts, sequences within sequences, private elements. */
const EVERYTHING: DataSet = {
  ...dataSetOf({
    SpecificCharacterSet: "ISO_IR 192",
    SOPClassUID: CR,
    SOPInstanceUID: "1.2.3",
    StudyDate: "20260101",
    StudyTime: "101112.5",
    ImageType: ["ORIGINAL", "PRIMARY"],
    PatientName: "Müller^Jörg=山田^太郎",
    PatientID: "ü",
    PatientAge: "031Y",
    PatientComments: "a\\b",
    StudyInstanceUID: "1.2",
    SeriesInstanceUID: "1.2.1",
    ImagerPixelSpacing: ["0.143", "0.143"],
    InstanceNumber: "7",
    FrameIncrementPointer: "00181063",
    Rows: 2,
    SmallestImagePixelValue: 1,
    ReferencedImageSequence: [
      dataSetOf({ ReferencedSOPInstanceUID: "1.9", PurposeOfReferenceCodeSequence: [dataSetOf({ CodeValue: "1" })] }),
      dataSetOf({ ReferencedSOPInstanceUID: "1.10" }),
    ],
    ReferencedStudySequence: [],
    AcquisitionDateTime: "20260101101112.5+0100",
    AccessionNumber: null,
    // The same whichever byte comes first: dcm2json of dcmtk 3.6.7 writes words big endian, where PS3.18 F.2.7 has little.
    PixelData: new Uint8Array([1, 1, 2, 2]),
  }),
  "00091001": { vr: "UN", Value: [new Uint8Array([9, 8])] },
  "00090010": { vr: "LO", Value: ["REDSPOT TEST"] },
  "00189073": { vr: "FD", Value: [1.5] },
  "00181271": { vr: "FD", Value: [0.25, -2] },
  "00221007": { vr: "SQ", Value: [] },
  "0040A161": { vr: "FD", Value: [3] },
  "00720082": { vr: "SV", Value: ["-9007199254740993"] },
  "00720083": { vr: "UV", Value: ["18446744073709551615"] },
  "00720074": { vr: "FD", Value: [2.5] },
  "00720076": { vr: "FL", Value: [0.5, 2] },
  "0072007A": { vr: "UL", Value: [4294967295] },
  "0072007C": { vr: "SL", Value: [-2147483648] },
  "0072007E": { vr: "SS", Value: [-1] },
};

test("what is encoded, dcmtk reads, and what dcmtk makes of it in JSON and XML encodes to the same bytes", async () => {
  const file = encoded(EVERYTHING);
  const json = JSON.parse(await byDcmtk("dcm2json", file)) as unknown;
  assert.deepEqual(encoded(readDicomJson(json)), file);
  const xml = await byDcmtk("dcm2xml", file);
  assert.deepEqual(encoded(readNativeDicomModel(xml)), file);
});

test("what is encoded, this library reads", () => {
  const { dataSet, meta } = readPart10(encoded(EVERYTHING));
  assert.deepEqual(dataSet["00100010"]?.Value?.[0], { Alphabetic: "Müller^Jörg", Ideographic: "山田^太郎" });
  assert.deepEqual(meta["00020003"]?.Value, ["1.2.3"]);
});

const file = (dataSet: DataSet) => encoded({ ...dataSetOf({ SOPClassUID: CR, SOPInstanceUID: "1.2.3" }), ...dataSet });
const tail = (dataSet: DataSet) => file(dataSet).toString("hex").split("322e33").at(-1)!.replace(/^00/, "");

test("golden bytes (PS3.5 6.2, 7.1.2)", () => {
  assert.equal(tail({ "00100020": { vr: "LO", Value: ["abc"] } }), "100020004c4f040061626320");
  assert.equal(tail({ "00100020": { vr: "LO", Value: [null, "b"] } }), "100020004c4f02005c62");
  assert.equal(tail({ "00100020": { vr: "LO" } }), "100020004c4f0000");
  assert.equal(tail({ "00280010": { vr: "US", Value: [512, "1"] } }), "280010005553040000020100");
  assert.equal(tail({ "00280009": { vr: "AT", Value: ["00181063"] } }), "280009004154040018006310");
  assert.equal(
    tail({ "00420011": { vr: "OB", Value: [new Uint8Array([1, 2, 3])] } }),
    "420011004f4200000400000001020300",
  );
  const longest = Buffer.alloc(65_534, 0x61).toString();
  assert.match(tail({ "00104000": { vr: "LT", Value: [longest] } }), /^100000404c54feff6161/);
  assert.match(tail({ "00104000": { vr: "LT", Value: [`${longest}a`] } }), /^10000040554e0000000001006161/);
});

test("decimal strings have at most 16 characters, as exact as these allow", () => {
  const text = (value: number) =>
    Buffer.from(tail({ "00181164": { vr: "DS", Value: [value] } }), "hex")
      .toString()
      .slice(8);
  assert.equal(text(0.143).trim(), "0.143");
  assert.equal(text(1 / 3), "0.33333333333333");
  assert.equal(text(-1e-7 / 3), "-3.3333333333e-8");
  assert.equal(Number(text(123456789.1234567)), 123456789.123457);
});

test("bulk data goes where its URI is, padded; frames are encapsulated, the first item an empty offset table", () => {
  const bulk = new Map([
    ["odd", { native: Buffer.from([1, 2, 3]) }],
    ["frames", { frames: [Buffer.from([1, 2, 3]), Buffer.from([4, 5])] }],
  ]);
  const pieces = (dataSet: DataSet) => {
    const all = encodePart10(dataSet, {
      transferSyntaxUID: TransferSyntax.JPEGBaseline8Bit,
      bulkData: (uri) => bulk.get(uri)!,
    });
    return Buffer.concat(all).toString("hex");
  };
  assert.match(pieces({ "00420011": { vr: "OB", BulkDataURI: "odd" } }), /420011004f4200000400000001020300$/);
  assert.match(
    pieces({ "7FE00010": { vr: "OW", BulkDataURI: "frames" } }),
    /e07f10004f420000ffffffff(feff00e000000000)(feff00e00400000001020300)(feff00e0020000000405)feffdde000000000$/,
  );
  const nested = { "00880200": { vr: "SQ", Value: [{ "7FE00010": { vr: "OB", BulkDataURI: "odd" } }] } };
  assert.match(pieces(nested), /e07f10004f4200000400000001020300feff0de000000000feffdde000000000$/);
  nested["00880200"].Value[0]!["7FE00010"].BulkDataURI = "frames";
  assert.throws(() => pieces(nested), { code: "NOT_ENCODABLE" });
  assert.throws(() => pieces({ "00280010": { vr: "UL", BulkDataURI: "odd" } }), { code: "NOT_ENCODABLE" });
});

test("values that their representation does not allow are refused, and not told", () => {
  const bad: DataSet[] = [
    { "00280010": { vr: "US", Value: [70_000] } },
    { "00280010": { vr: "US", Value: ["SECRET"] } },
    { "00280010": { vr: "US", Value: [{}] } },
    { "00280010": { vr: "US", Value: [1.5] } },
    { "00100020": { vr: "LO", Value: [{ secret: "SECRET" }] } },
    { "00100010": { vr: "PN", Value: [{ Alphabetic: ["SECRET"] }] } },
    { "00100020": { vr: "ZZ", Value: ["SECRET"] } },
    { "00280009": { vr: "AT", Value: ["SECRET"] } },
    { "00080005": { vr: "LO", Value: ["ISO_IR 192"] } },
    { "00082112": { vr: "OF", Value: [new Uint8Array(6)] } },
    { "00081140": { vr: "SQ", Value: [{ "00080005": { vr: "SQ", Value: [] } }] } },
    { "00720082": { vr: "SV", Value: ["1.5"] } },
    { "7FE00010": { vr: "OW", Value: ["SECRET"] } },
    { "00181164": { vr: "DS", Value: [Number.POSITIVE_INFINITY] } },
  ];
  for (const dataSet of bad) {
    assert.throws(
      () => file(dataSet),
      (error) => error instanceof DicomError && error.code === "NOT_ENCODABLE" && !/SECRET/.test(error.message),
      JSON.stringify(dataSet),
    );
  }
});
