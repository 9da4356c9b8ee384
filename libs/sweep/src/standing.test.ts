import assert from "node:assert/strict";
import { test } from "node:test";
import { dataSetOf, type ElementValue } from "@redspot/dicom";
import { isOwnReport, mayHoldReport, partOf, reportAmong } from "./standing.ts";

const MODALITIES = new Set(["CR", "DX"]);
const series = (content: Record<string, ElementValue>) => dataSetOf({ Modality: "CR", ...content });
const part = (study: Record<string, ElementValue>, ...all: Record<string, ElementValue>[]) =>
  partOf(dataSetOf(study), all.map(series), MODALITIES);

test("a wrist among a study's series is enough; what no series names is not known", () => {
  assert.equal(part({}, { BodyPartExamined: "WRIST" }), "unreported");
  assert.equal(part({}, { BodyPartExamined: "HAND" }, { BodyPartExamined: "HANDGELENK" }), "unreported");
  assert.equal(part({}, { BodyPartExamined: "CHEST" }), "another-part");
  assert.equal(part({}, { BodyPartExamined: "CHEST" }, {}), "part-unknown");
  assert.equal(part({}), "no-radiograph");
});

test("where the series does not say, its descriptions do, and then the study's", () => {
  assert.equal(part({}, { ProtocolName: "Wrist lat" }), "unreported");
  assert.equal(part({ StudyDescription: "XR Wrist Lt" }, { BodyPartExamined: "EXTREMITY" }), "unreported");
  assert.equal(part({ StudyDescription: "XR Chest" }, { SeriesDescription: "PA" }), "another-part");
  assert.equal(part({ StudyDescription: "XR Wrist Lt" }, { BodyPartExamined: "ELBOW" }), "another-part");
});

test("only series of the modalities that were asked for count", () => {
  assert.equal(part({}, { Modality: "CT", BodyPartExamined: "WRIST" }), "no-radiograph");
  assert.equal(part({}, { Modality: "SR" }, { BodyPartExamined: "WRIST" }), "unreported");
});

test("a report is a report document; dose, key objects and images are none; a PDF may be one", () => {
  const among = (...classes: string[]) => reportAmong(classes.map((SOPClassUID) => dataSetOf({ SOPClassUID })));
  const sr = (last: string) => `1.2.840.10008.5.1.4.1.1.88.${last}`;
  for (const last of ["11", "22", "33", "34"]) assert.equal(among(sr("67"), sr(last)), "reported", last);
  for (const last of ["40", "59", "67", "76"]) assert.equal(among(sr(last)), undefined, last);
  assert.equal(among("1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.5.1.4.1.1.1"), "document-only");
  assert.equal(among("1.2.840.10008.5.1.4.1.1.104.1", sr("11")), "reported");
  assert.equal(among(), undefined);
});

test("Redspot's own reports are known by their maker, or by what they are called", () => {
  assert.ok(isOwnReport(series({ Modality: "SR", Manufacturer: "Redspot" })));
  assert.ok(isOwnReport(series({ Modality: "SR", SeriesDescription: "Wrist fracture triage" })));
  assert.ok(!isOwnReport(series({ Modality: "SR", Manufacturer: "Somebody", SeriesDescription: "Wrist" })));
  assert.ok(!isOwnReport(series({ Manufacturer: "Redspot" })));
});

test("documents are looked for where they may be", () => {
  for (const Modality of ["SR", "DOC", "OT", null]) assert.ok(mayHoldReport(series({ Modality })), String(Modality));
  for (const Modality of ["CR", "PR", "KO"]) assert.ok(!mayHoldReport(series({ Modality })), Modality);
});
