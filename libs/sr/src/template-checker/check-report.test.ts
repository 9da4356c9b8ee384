import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type DataSet, dataSetOf, items, readPart10, tagOf, text, writePart10 } from "@redspot/dicom";
import { buildReport } from "../index.ts";
import { DEVICE, NOW } from "../report-fixture.ts";
import { REPORTS } from "../report-variants.ts";
import { reportErrors } from "./check-report.ts";

describe("the templates, of every report", () => {
  for (const [name, request] of Object.entries(REPORTS)) {
    test(name, () => {
      const { dataSet } = buildReport({ device: DEVICE, now: NOW, ...request() });
      assert.deepEqual(reportErrors(readPart10(writePart10(dataSet)).dataSet), []);
    });
  }
});

/** A sound report with a region and a category, as it is read. */
const sound = () => {
  const request = REPORTS["a region, in Enhanced SR, with a category"]!();
  return readPart10(writePart10(buildReport({ device: DEVICE, now: NOW, ...request }).dataSet)).dataSet;
};

const nameOf = (item: DataSet) => text(items(item, "ConceptNameCodeSequence")[0] ?? {}, "CodeValue");

/** The items below a data set by the code values of their concept names, one level each; "" has none. */
function at(dataSet: DataSet, ...path: string[]): DataSet {
  return path.reduce((parent, name) => {
    const found = items(parent, "ContentSequence").find((item) => (nameOf(item) ?? "") === name);
    assert.ok(found, `there is ${name} in ${path.join(" / ")}`);
    return found;
  }, dataSet);
}

const content = (parent: DataSet) => parent[tagOf("ContentSequence")]!.Value as DataSet[];

function remove(dataSet: DataSet, ...path: string[]): void {
  const item = at(dataSet, ...path);
  const parent = at(dataSet, ...path.slice(0, -1));
  parent[tagOf("ContentSequence")] = { vr: "SQ", Value: content(parent).filter((one) => one !== item) };
}

const repeat = (dataSet: DataSet, ...path: string[]) =>
  content(at(dataSet, ...path.slice(0, -1))).push(at(dataSet, ...path));
const set = (item: DataSet, values: Parameters<typeof dataSetOf>[0]) => void Object.assign(item, dataSetOf(values));
const coded = (value: string, scheme: string, meaning: string) => [
  dataSetOf({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning }),
];

const GROUP = ["126010", "125007"] as const;
const ANSWERS = "C0034375";

/** Errors, each planted into a sound report, and what the checker says of it. */
const PLANTED: Record<string, [plant: (dataSet: DataSet) => void, complaint: RegExp]> = {
  "the title is no measurement report": [
    (report) => set(report, { ConceptNameCodeSequence: coded("121106", "DCM", "Comment") }),
    /TID 1500 CID 7021 is missing/,
  ],
  "another template is claimed": [
    (report) => set(items(report, "ContentTemplateSequence")[0]!, { TemplateIdentifier: "2000" }),
    /template is 2000/,
  ],
  "no language": [(report) => remove(report, "121049"), /TID 1204 "Language.*" is missing/],
  "two languages": [(report) => repeat(report, "121049"), /TID 1204 "Language.*" is there 2 times/],
  "a language of no scheme": [
    (report) => set(at(report, "121049"), { ConceptCodeSequence: coded("English", "DCM", "English") }),
    /not of CID 5000/,
  ],
  "no observer type": [(report) => remove(report, "121005"), /TID 1002 "Observer Type" is missing/],
  "an observer that is a person, with the attributes of a device": [
    (report) => set(at(report, "121005"), { ConceptCodeSequence: coded("121006", "DCM", "Person") }),
    /"Device Observer UID" is there, but not the observer is a device/,
  ],
  "an observer of another context group": [
    (report) => set(at(report, "121005"), { ConceptCodeSequence: coded("52101004", "SCT", "Present") }),
    /"Observer Type" is .* not of CID 270/,
  ],
  "no device observer UID": [(report) => remove(report, "121012"), /TID 1004 "Device Observer UID" is missing/],
  "a device observer UID that is none": [
    (report) => set(at(report, "121012"), { UID: "1.02" }),
    /"Device Observer UID" is no UID/,
  ],
  "no procedure": [(report) => remove(report, "121058"), /TID 1500 "Procedure reported" is missing/],
  "no image library": [(report) => remove(report, "111028"), /TID 1600 "Image Library" is missing/],
  "an image library group without an entry": [
    (report) => remove(report, "111028", "126200", ""),
    /TID 1601 IMAGE is missing/,
  ],
  "neither measurements nor evaluations": [
    (report) => {
      remove(report, "126010");
      remove(report, ANSWERS);
    },
    /"Qualitative Evaluations" is missing/,
  ],
  "measurements without a group": [(report) => remove(report, ...GROUP), /TID 1501 "Measurement Group" is missing/],
  "no tracking identifier": [(report) => remove(report, ...GROUP, "112039"), /"Tracking Identifier" is missing/],
  "a tracking identifier that is a code": [
    (report) => set(at(report, ...GROUP, "112039"), { ValueType: "CODE" }),
    /CODE \(112039.*: TID 1501 "Tracking Identifier" is TEXT/,
  ],
  "two findings": [(report) => repeat(report, ...GROUP, "121071"), /TID 1501 "Finding" is there 2 times/],
  "a finding in another relationship": [
    (report) => set(at(report, ...GROUP, "121071"), { RelationshipType: "HAS CONCEPT MOD" }),
    /HAS CONCEPT MOD CODE \(121071.*: TID 1501 "Finding" is CONTAINS/,
  ],
  "a finding site in another relationship": [
    (report) => set(at(report, ...GROUP, "363698007"), { RelationshipType: "CONTAINS" }),
    /"Finding Site" is HAS CONCEPT MOD/,
  ],
  "a side that is none": [
    (report) =>
      set(at(report, ...GROUP, "363698007", "272741003"), { ConceptCodeSequence: coded("272519000", "SCT", "Absent") }),
    /"Laterality" is .* not of CID 244/,
  ],
  "an algorithm without a name": [
    (report) => remove(report, ...GROUP, "111001"),
    /TID 4019 "Algorithm Name" is missing/,
  ],
  "an algorithm in two versions": [
    (report) => repeat(report, ...GROUP, "111003"),
    /TID 4019 "Algorithm Version" is there 2 times/,
  ],
  "an algorithm in another relationship": [
    (report) => set(at(report, ...GROUP, "111003"), { RelationshipType: "HAS OBS CONTEXT" }),
    /TID 4019 "Algorithm Version" is HAS CONCEPT MOD/,
  ],
  "a certainty in other units": [
    (report) =>
      set(items(at(report, ...GROUP, "111012"), "MeasuredValueSequence")[0]!, {
        MeasurementUnitsCodeSequence: coded("1", "UCUM", "no units"),
      }),
    /"Certainty of Finding" is .* not of units/,
  ],
  "an answer of another context group": [
    (report) => set(at(report, ...GROUP, "72704001"), { ConceptCodeSequence: coded("7771000", "SCT", "Left") }),
    /"Fracture" is .* not of CID 240/,
  ],
  "a region for another purpose": [
    (report) =>
      set(at(report, ...GROUP, "111012", "130401"), {
        ConceptNameCodeSequence: coded("121112", "DCM", "Source of Measurement"),
      }),
    /INFERRED FROM SCOORD \(121112.*is in no row of TID 300/,
  ],
  "a region of no image": [(report) => remove(report, ...GROUP, "111012", "130401", ""), /TID 320 IMAGE is missing/],
  "no answer about the study": [(report) => remove(report, ANSWERS, "72704001"), /TID 1500 "Fracture" is missing/],
  "a status of another context group": [
    (report) => set(at(report, ANSWERS, "111065"), { ConceptCodeSequence: coded("52101004", "SCT", "Present") }),
    /"Summary of Analyses" is .* not of CID 6042/,
  ],
  "a category of another context group": [
    (report) => set(at(report, ANSWERS, "111005"), { ConceptCodeSequence: coded("52101004", "SCT", "Present") }),
    /"Assessment Category" is .* not of CID 7035/,
  ],
  "a comment that is empty": [
    (report) => set(at(report, ANSWERS, "121106"), { TextValue: null }),
    /"Comment" is empty/,
  ],
  "an item that no template has": [
    (report) => {
      const stranger = {
        ...at(report, ANSWERS, "121106"),
        ...dataSetOf({ ConceptNameCodeSequence: coded("111001", "DCM", "Algorithm Name") }),
      };
      content(at(report, ANSWERS)).push(stranger);
    },
    /\(111001, DCM, "Algorithm Name"\) is in no row of TID 1500/,
  ],
  "rows out of order": [(report) => content(report).reverse(), /not in the order of the rows of TID 1500/],
  "a retired code": [
    (report) => set(at(report, ...GROUP, "121071"), { ConceptNameCodeSequence: coded("121070", "DCM", "Findings") }),
    /\(121070, DCM, "Findings"\) is retired/,
  ],
  "a retired scheme": [
    (report) => set(at(report, ...GROUP, "121071"), { ConceptCodeSequence: coded("M-12000", "SRT", "Fracture") }),
    /retired scheme SRT/,
  ],
  "a private code": [
    (report) => set(at(report, ANSWERS, "111005"), { ConceptCodeSequence: coded("URGENT", "99REDSPOT", "Urgent") }),
    /"Urgent"\) is private/,
  ],
  "a code with the meaning of another": [
    (report) => set(at(report, ANSWERS, "72704001"), { ConceptCodeSequence: coded("52101004", "SCT", "Absent") }),
    /\(52101004, SCT, "Absent"\) means "Present"/,
  ],
  "a code without a meaning": [
    (report) => set(at(report, ANSWERS, "72704001"), { ConceptCodeSequence: coded("52101004", "SCT", "") }),
    /lacks its value, scheme or meaning/,
  ],
  "a reference to what is not among the evidence": [
    (report) =>
      set(items(at(report, ...GROUP, "121112"), "ReferencedSOPSequence")[0]!, { ReferencedSOPInstanceUID: "1.2.3" }),
    /1\.2\.3 is not among the evidence/,
  ],
  "an observer that is another device": [
    (report) => set(at(report, "121012"), { UID: "1.2.3" }),
    /DeviceUID of equipment, contributing equipment and observer are not the same/,
  ],
  "contributing equipment without its serial number": [
    (report) => void delete items(report, "ContributingEquipmentSequence")[0]![tagOf("DeviceSerialNumber")],
    /DeviceSerialNumber of equipment/,
  ],
  "contributing equipment that acquired": [
    (report) =>
      set(items(report, "ContributingEquipmentSequence")[0]!, {
        PurposeOfReferenceCodeSequence: coded("109101", "DCM", "Acquisition Equipment"),
      }),
    /contributing equipment is not \(109102, DCM\)/,
  ],
};

describe("the template checker, with an error planted", () => {
  test("finds nothing in the sound report", () => assert.deepEqual(reportErrors(sound()), []));

  for (const [name, [plant, complaint]] of Object.entries(PLANTED)) {
    test(`sees ${name}`, () => {
      const report = sound();
      plant(report);
      assert.match(reportErrors(report).join("\n"), complaint);
    });
  }
});
