import assert from "node:assert/strict";
import { test } from "node:test";
import { dataSetOf, type ElementValue } from "@redspot/dicom";
import { exclusionOf, lateralityOf } from "./eligibility.ts";

const LATERAL_WRIST = {
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
  Modality: "CR",
  BodyPartExamined: "WRIST",
  ViewPosition: "LL",
  PatientAge: "054Y",
};

function exclusion(changes: Record<string, ElementValue>): string | undefined {
  return exclusionOf(dataSetOf({ ...LATERAL_WRIST, ...changes }))?.code;
}

function coded(CodeValue: string, CodeMeaning: string) {
  return [dataSetOf({ CodeValue, CodingSchemeDesignator: "SCT", CodeMeaning })];
}

test("a lateral wrist of an adult is eligible, as CR and as DX for presentation", () => {
  assert.equal(exclusion({}), undefined);
  assert.equal(exclusion({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.1.1" }), undefined);
});

test("what is no radiograph, or not for presentation, is left out", () => {
  assert.equal(exclusion({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.7" }), "NOT_A_RADIOGRAPH");
  assert.equal(exclusion({ SOPClassUID: undefined }), "NOT_A_RADIOGRAPH");
  assert.equal(exclusion({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.1.1.1" }), "FOR_PROCESSING");
  assert.equal(exclusion({ PresentationIntentType: "FOR PROCESSING" }), "FOR_PROCESSING");
});

test("a wrist is told by its term, by senders' own words, by its code or, where the part is unspecific, by the descriptions", () => {
  for (const BodyPartExamined of ["wrist", "WRIST_LAT", "LWRIST", "HANDGELENK", "Poignet"]) {
    assert.equal(exclusion({ BodyPartExamined }), undefined, BodyPartExamined);
  }
  const none = { BodyPartExamined: undefined };
  assert.equal(exclusion({ ...none, AnatomicRegionSequence: coded("74670003", "Wrist joint") }), undefined);
  assert.equal(exclusion({ ...none, AnatomicRegionSequence: coded("X-1", "Left wrist") }), undefined);
  assert.equal(exclusion({ ...none, StudyDescription: "XR Wrist 2 views" }), undefined);
  assert.equal(exclusion({ BodyPartExamined: "EXTREMITY", ProtocolName: "Handgelenk seitl." }), undefined);
});

test("another body part is left out whatever the description says, and an unknown one says so", () => {
  assert.equal(exclusion({ BodyPartExamined: "ANKLE", StudyDescription: "not the wrist" }), "NOT_A_WRIST");
  assert.equal(exclusion({ BodyPartExamined: "HAND" }), "NOT_A_WRIST");
  assert.equal(
    exclusion({ BodyPartExamined: undefined, AnatomicRegionSequence: coded("69536005", "Head") }),
    "NOT_A_WRIST",
  );
  const leg = { BodyPartExamined: "EXTREMITY", AcquisitionDeviceProcessingDescription: "[LOWER LEG    ]" };
  assert.equal(exclusion(leg), "NOT_A_WRIST");
  assert.equal(exclusion({ BodyPartExamined: null, StudyDescription: "XR FEET" }), "NOT_A_WRIST");
  assert.equal(exclusion({ BodyPartExamined: "EXTREMITY" }), "BODY_PART_UNKNOWN");
  assert.equal(exclusion({ BodyPartExamined: null }), "BODY_PART_UNKNOWN");
});

test("a lateral view is told by position, by code or by what the image itself is called", () => {
  for (const ViewPosition of ["LL", "RL", "LAT", "lateral", "ML", "LM"]) {
    assert.equal(exclusion({ ViewPosition }), undefined, ViewPosition);
  }
  const none = { ViewPosition: null };
  assert.equal(exclusion({ ...none, ViewCodeSequence: coded("399067008", "lateral projection") }), undefined);
  assert.equal(exclusion({ ...none, ViewCodeSequence: coded("R-10228", "latero-medial") }), undefined);
  assert.equal(exclusion({ ...none, SeriesDescription: "WRIST_LAT" }), undefined);
  assert.equal(exclusion({ ...none, ProtocolName: "WristLateral" }), undefined);
});

test("another view is left out, and an unknown one says so", () => {
  for (const ViewPosition of ["AP", "PA", "LLO", "RLO", "XX"]) {
    assert.equal(exclusion({ ViewPosition }), "NOT_LATERAL", ViewPosition);
  }
  const none = { ViewPosition: undefined };
  assert.equal(exclusion({ ...none, ViewCodeSequence: coded("399074006", "lateral oblique") }), "NOT_LATERAL");
  assert.equal(exclusion({ ...none, SeriesDescription: "Wrist PA" }), "NOT_LATERAL");
  assert.equal(exclusion({ ...none, SeriesDescription: "Wrist PA and LAT" }), "NOT_LATERAL");
  assert.equal(exclusion({ ...none }), "VIEW_UNKNOWN");
  // A study's description names all of its views, and cannot tell which of them this one is.
  assert.equal(exclusion({ ...none, StudyDescription: "Wrist lateral" }), "VIEW_UNKNOWN");
});

test("open growth plates are told by the age, given or reckoned", () => {
  assert.equal(exclusion({ PatientAge: "017Y" }), "OPEN_GROWTH_PLATES");
  assert.equal(exclusion({ PatientAge: "018Y" }), undefined);
  assert.equal(exclusion({ PatientAge: "011M" }), "OPEN_GROWTH_PLATES");
  assert.equal(exclusion({ PatientAge: "300M" }), undefined);
  const reckoned = { PatientAge: undefined, StudyDate: "20260301" };
  assert.equal(exclusion({ ...reckoned, PatientBirthDate: "20080402" }), "OPEN_GROWTH_PLATES");
  assert.equal(exclusion({ ...reckoned, PatientBirthDate: "20080201" }), undefined);
  assert.equal(exclusion({ ...reckoned, PatientBirthDate: "not a date" }), undefined);
  // Study Date may be empty (type 2), or no date; when the image was made stands elsewhere too.
  const child = { PatientAge: undefined, PatientBirthDate: "20150101" };
  for (const keyword of ["SeriesDate", "AcquisitionDate", "ContentDate", "AcquisitionDateTime"]) {
    const value = keyword === "AcquisitionDateTime" ? "20260301093000.5+0100" : "20260301";
    assert.equal(exclusion({ ...child, StudyDate: null, [keyword]: value }), "OPEN_GROWTH_PLATES", keyword);
    assert.equal(exclusion({ ...child, StudyDate: "unknown", [keyword]: value }), "OPEN_GROWTH_PLATES", keyword);
  }
});

test("the side is the image's own, or else the series'", () => {
  assert.equal(lateralityOf(dataSetOf({ ImageLaterality: "R", Laterality: "L" })), "R");
  assert.equal(lateralityOf(dataSetOf({ Laterality: "L" })), "L");
  assert.equal(lateralityOf(dataSetOf({ ImageLaterality: "U" })), undefined);
});
