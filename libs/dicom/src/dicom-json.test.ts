import assert from "node:assert/strict";
import { test } from "node:test";
import { DicomError } from "./dicom-error.ts";
import { readDicomJson } from "./dicom-json.ts";

test("values, inline binary values, bulk data, items", () => {
  assert.deepEqual(
    readDicomJson({
      "0020000d": { vr: "UI", Value: ["1.2"] },
      "00091001": { vr: "OB", InlineBinary: "AQID" },
      "7FE00010": { vr: "OW", BulkDataURI: "bulk" },
      "00081140": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.3"] } }, null] },
      "00100010": { vr: "PN" },
    }),
    {
      "0020000D": { vr: "UI", Value: ["1.2"] },
      "00091001": { vr: "OB", Value: [new Uint8Array([1, 2, 3])] },
      "7FE00010": { vr: "OW", BulkDataURI: "bulk" },
      "00081140": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.3"] } }, {}] },
      "00100010": { vr: "PN", Value: [] },
    },
  );
});

test("what is not of the model is refused, and not told", () => {
  let deep: unknown = {};
  for (let depth = 0; depth < 100; depth += 1) deep = { "00081140": { vr: "SQ", Value: [deep] } };
  let lists: unknown = "SECRET";
  for (let depth = 0; depth < 100_000; depth += 1) lists = [lists];
  const bad = [
    null,
    { "00100020": { vr: "LO", Value: [lists] } },
    { "00100010": { vr: "PN", Value: [{ Alphabetic: lists }] } },
    [],
    "SECRET",
    { PatientName: { vr: "PN", Value: ["SECRET"] } },
    { "00100010": "SECRET" },
    { "00100010": { Value: ["SECRET"] } },
    { "00100010": { vr: "PN", Value: "SECRET" } },
    { "7FE00010": { vr: "OW", InlineBinary: 7 } },
    { "7FE00010": { vr: "OW", InlineBinary: "AQI" } },
    { "7FE00010": { vr: "OW", InlineBinary: "SECRET^SECR=" } },
    { "7FE00010": { vr: "OW", InlineBinary: "AQID", BulkDataURI: "x" } },
    { "00081140": { vr: "SQ", Value: ["SECRET"] } },
    deep,
  ];
  for (const json of bad) {
    assert.throws(
      () => readDicomJson(json),
      (error) => error instanceof DicomError && error.code === "MALFORMED" && !/SECRET/.test(error.message),
    );
  }
});
