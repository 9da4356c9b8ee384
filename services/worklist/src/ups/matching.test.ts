import assert from "node:assert/strict";
import { test } from "node:test";
import { dataSetOf } from "@redspot/dicom";
import { attributePath, matches } from "./matching.ts";

const dataSet = dataSetOf({
  PatientName: "Müller^Eva",
  ProcedureStepLabel: "XR Wrist (left)",
  SOPInstanceUID: "1.2.3",
  ScheduledProcedureStepStartDateTime: "20260301100000.000000+0000",
  ScheduledWorkitemCodeSequence: [
    dataSetOf({ CodeValue: "1", CodingSchemeDesignator: "A" }),
    dataSetOf({ CodeValue: "2", CodingSchemeDesignator: "B" }),
  ],
});
const has = (name: string, value: string) => matches(dataSet, { path: attributePath(name) ?? [], value });

test("an empty key and a lone star match all, also what is not there", () => {
  for (const value of ["", "*"]) {
    assert.ok(has("ProcedureStepLabel", value));
    assert.ok(has("PatientID", value));
  }
  assert.ok(!has("PatientID", "P1"));
});

test("stars and question marks; all else is meant literally", () => {
  for (const value of ["XR Wrist (left)", "XR*", "*left?", "X? Wrist*", "*W*t*(*"])
    assert.ok(has("ProcedureStepLabel", value), value);
  for (const value of ["xr*", "XR", "XR.*", "XR Wrist [left]", "?", "XR Wrist (left)?"]) {
    assert.ok(!has("ProcedureStepLabel", value), value);
  }
});

test("a pattern of many stars takes no longer than others", () => {
  const long = dataSetOf({ ProcedureStepLabel: "a".repeat(1000) });
  const path = attributePath("ProcedureStepLabel")!;
  assert.ok(!matches(long, { path, value: `${"*a".repeat(200)}*b` }));
});

test("a name is found whatever its capitals, and beyond ASCII", () => {
  assert.ok(has("PatientName", "mÜLLER*"));
  assert.ok(has("00100010", "*eva"));
});

test("a list of UIDs, by commas or backslashes", () => {
  for (const value of ["1.2.3", "9,1.2.3", "1.2.3\\9"]) assert.ok(has("SOPInstanceUID", value));
  assert.ok(!has("SOPInstanceUID", "1.2"));
});

test("ranges of time are as exact as their bounds; offsets from UTC are not taken for them", () => {
  const at = "ScheduledProcedureStepStartDateTime";
  for (const value of [
    "20260301-",
    "-20260301",
    "20260301-20260301",
    "2026030109-2026030110",
    "20260301",
    "20260301090000+0000-20260301110000+0000",
  ]) {
    assert.ok(has(at, value), value);
  }
  for (const value of ["20260302-", "-20260228", "2026030111-2026030112", "20260302"])
    assert.ok(!has(at, value), value);
});

test("some item of a sequence has it", () => {
  assert.ok(has("ScheduledWorkitemCodeSequence.CodeValue", "2"));
  assert.ok(has("00404018.00080102", "A"));
  assert.ok(!has("ScheduledWorkitemCodeSequence.CodeValue", "3"));
});

test("what is no attribute has no path", () => {
  for (const name of ["Nonsense", "0040401", "ScheduledWorkitemCodeSequence.", "", "__proto__"]) {
    assert.equal(attributePath(name), undefined, name);
  }
});
