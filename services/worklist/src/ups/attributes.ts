import { type DataSet, isUid, items, tagOf, text, values } from "@redspot/dicom";
import type { Priority } from "@redspot/triage";
import { UpsFailure, type UpsTransaction } from "./ups-answer.ts";

/**
 * Attributes of a workitem that are kept as a system has given them, at any depth. None tells anything about the patient:
 * those that do are the PACS's, which is asked for them; nothing that is not listed here gets into Redis.
 */
const KEPT = new Set(
  [
    // Unified Procedure Step Scheduled Procedure Information (PS3.3 C.30.2)
    "ProcedureStepLabel",
    "WorklistLabel",
    "ScheduledStationNameCodeSequence",
    "ScheduledStationClassCodeSequence",
    "ScheduledStationGeographicLocationCodeSequence",
    "ScheduledHumanPerformersSequence",
    "ScheduledProcedureStepStartDateTime",
    "ScheduledProcedureStepExpirationDateTime",
    "ExpectedCompletionDateTime",
    "ScheduledWorkitemCodeSequence",
    "InputInformationSequence",
    // Progress (PS3.3 C.30.1)
    "ProcedureStepProgressInformationSequence",
    "ProcedureStepProgress",
    "ProcedureStepProgressDescription",
    "ProcedureStepCommunicationsURISequence",
    "ContactURI",
    "ContactDisplayName",
    "ProcedureStepCancellationDateTime",
    "ReasonForCancellation",
    "ProcedureStepDiscontinuationReasonCodeSequence",
    // Performed Procedure Information (PS3.3 C.30.3)
    "UnifiedProcedureStepPerformedProcedureSequence",
    "ActualHumanPerformersSequence",
    "PerformedStationNameCodeSequence",
    "PerformedStationClassCodeSequence",
    "PerformedStationGeographicLocationCodeSequence",
    "PerformedProcedureStepStartDateTime",
    "PerformedProcedureStepEndDateTime",
    "PerformedWorkitemCodeSequence",
    "OutputInformationSequence",
    // Persons who perform
    "HumanPerformerCodeSequence",
    "HumanPerformerName",
    "HumanPerformerOrganization",
    // Codes (PS3.3 8.8)
    "CodeValue",
    "LongCodeValue",
    "URNCodeValue",
    "CodingSchemeDesignator",
    "CodingSchemeVersion",
    "CodeMeaning",
    // References to instances and how they are retrieved (PS3.3 10.15)
    "TypeOfInstances",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "ReferencedSOPSequence",
    "ReferencedSOPClassUID",
    "ReferencedSOPInstanceUID",
    "WADORSRetrievalSequence",
    "RetrieveURL",
    "DICOMRetrievalSequence",
    "RetrieveAETitle",
    "RetrieveLocationUID",
  ].map(tagOf),
);

/** Attributes that mean something to the list itself, or come with every data set: not kept, and not missed. */
const UNDERSTOOD = new Set(
  [
    "SpecificCharacterSet",
    "AffectedSOPClassUID",
    "AffectedSOPInstanceUID",
    "SOPClassUID",
    "SOPInstanceUID",
    "TransactionUID",
    "ScheduledProcedureStepPriority",
    "ScheduledProcedureStepModificationDateTime",
    "ProcedureStepState",
    "InputReadinessState",
  ].map(tagOf),
);

/** A person's or system's words about work are few; what is longer is something else. */
const LONGEST_TEXT = 1024;

/** What is kept of a data set, and whether that is all of what it had to say. */
export interface Kept {
  attributes: DataSet;
  isWhole: boolean;
}

/** The part of a data set that may be kept. */
export function kept(dataSet: DataSet, depth = 0): Kept {
  const attributes: DataSet = {};
  let isWhole = true;
  for (const [tag, element] of Object.entries(dataSet)) {
    const isEmpty = (element.Value ?? []).length === 0 && element.BulkDataURI === undefined;
    if (!KEPT.has(tag) || element.BulkDataURI !== undefined) {
      if (!isEmpty && !(depth === 0 && UNDERSTOOD.has(tag))) isWhole = false;
      continue;
    }
    if (element.vr === "SQ") {
      const inner = (element.Value ?? []).map((item) => kept(item as DataSet, depth + 1));
      if (inner.some((one) => !one.isWhole)) isWhole = false;
      attributes[tag] = { vr: "SQ", Value: inner.map((one) => one.attributes) };
    } else {
      const short = (element.Value ?? []).filter((value) => String(value).length <= LONGEST_TEXT);
      if (short.length < (element.Value ?? []).length) isWhole = false;
      attributes[tag] = { vr: element.vr, Value: short };
    }
  }
  return { attributes, isWhole };
}

const PRIORITIES: readonly string[] = ["HIGH", "MEDIUM", "LOW"];

/** The priority that a data set asks for; undefined where it has none. Throws where it is no priority. */
export function askedPriority(dataSet: DataSet, transaction: UpsTransaction): Priority | undefined {
  if (!(tagOf("ScheduledProcedureStepPriority") in dataSet)) return undefined;
  const priority = text(dataSet, "ScheduledProcedureStepPriority");
  if (priority === undefined || !PRIORITIES.includes(priority)) {
    throw new UpsFailure(
      transaction,
      "0106",
      "Scheduled Procedure Step Priority (0074,1200) is not HIGH, MEDIUM or LOW",
    );
  }
  return priority as Priority;
}

/** What a data set needs to create a workitem (PS3.4 Table CC.2.5-3), and what it says. */
export function readCreation(dataSet: DataSet): { studyInstanceUID: string; asked: Priority } & Kept {
  const invalid = (detail: string) => new UpsFailure("create", "0106", detail);
  if (text(dataSet, "ProcedureStepState") !== "SCHEDULED") throw new UpsFailure("create", "C309");
  if (text(dataSet, "TransactionUID") !== undefined) throw invalid("Transaction UID (0008,1195) is not empty");
  for (const keyword of ["ProcedureStepLabel", "ScheduledProcedureStepStartDateTime", "InputReadinessState"]) {
    if (text(dataSet, keyword) === undefined) throw invalid(`${keyword} has no value`);
  }
  for (const keyword of [
    "ProcedureStepProgressInformationSequence",
    "UnifiedProcedureStepPerformedProcedureSequence",
  ]) {
    if (items(dataSet, keyword).length > 0) throw invalid(`${keyword} is not empty`);
  }
  const asked = askedPriority(dataSet, "create");
  if (asked === undefined) throw invalid("Scheduled Procedure Step Priority (0074,1200) is missing");
  const studies = studiesOf(dataSet);
  const [studyInstanceUID] = studies;
  if (studyInstanceUID === undefined || studies.size > 1) {
    throw invalid(
      `a workitem of this list is about one study, this one names ${studies.size} by Study Instance UID (0020,000D)`,
    );
  }
  return { studyInstanceUID, asked, ...kept(dataSet) };
}

/** The studies that a workitem is about: by its input, its requests or itself. */
function studiesOf(dataSet: DataSet): Set<string> {
  const places = [
    dataSet,
    ...items(dataSet, "InputInformationSequence"),
    ...items(dataSet, "ReferencedRequestSequence"),
  ];
  return new Set(places.flatMap((place) => values(place, "StudyInstanceUID")).filter(isUidText));
}

function isUidText(value: unknown): value is string {
  return typeof value === "string" && isUid(value);
}

/** Attributes of the performed procedure without which a workitem does not become COMPLETED (PS3.4 Table CC.2.5-3, P). */
const PERFORMED = [
  "PerformedStationNameCodeSequence",
  "PerformedProcedureStepStartDateTime",
  "PerformedWorkitemCodeSequence",
  "PerformedProcedureStepEndDateTime",
];

/** Whether the attributes meet what PS3.4 CC.2.5.1.1 requires of a COMPLETED workitem, beside what the list itself has. */
export function meetsCompletion(attributes: DataSet): boolean {
  const performed = items(attributes, "UnifiedProcedureStepPerformedProcedureSequence");
  return (
    performed.length > 0 &&
    performed.every((item) => PERFORMED.every((keyword) => values(item, keyword).length > 0)) &&
    // It may have no items where there is no output, but it is there.
    performed.every((item) => tagOf("OutputInformationSequence") in item)
  );
}

/** The event types that an update gives rise to, by the attributes that it has (PS3.4 CC.2.4.3). */
export function eventsOf(attributes: DataSet): number[] {
  const has = (keyword: string) => tagOf(keyword) in attributes;
  return [
    ...(has("ProcedureStepProgressInformationSequence") ? [3] : []),
    ...(has("ScheduledStationNameCodeSequence") || has("ScheduledHumanPerformersSequence") ? [5] : []),
  ];
}
