import { type DataSet, dataSetOf, type Element, pick, tagOf, text } from "@redspot/dicom";

/** The Patient Module (PS3.3 C.7.1.1) as far as it identifies a person; type 2 first. */
const PATIENT = ["PatientName", "PatientID", "PatientBirthDate", "PatientSex"];
const PATIENT_OPTIONAL = [
  "IssuerOfPatientID",
  "IssuerOfPatientIDQualifiersSequence",
  "TypeOfPatientID",
  "OtherPatientIDsSequence",
  "OtherPatientNames",
  "PatientBirthTime",
  "EthnicGroup",
  "PatientIdentityRemoved",
  "DeidentificationMethod",
  "DeidentificationMethodCodeSequence",
];

/** The General Study Module (PS3.3 C.7.2.1) and the age from the Patient Study Module (C.7.2.2); type 2 first. */
const STUDY = ["StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber"];
const STUDY_OPTIONAL = [
  "IssuerOfAccessionNumberSequence",
  "StudyDescription",
  "PhysiciansOfRecord",
  "ProcedureCodeSequence",
  "PatientAge",
];

/** What an archive or validator refuses, and the source may nevertheless hold: tested by value representation. */
const LEGAL: Record<string, RegExp> = {
  DA: /^(\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))$/,
  TM: /^([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?$/,
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9 _]{1,16}$/,
  SH: /^.{1,16}$/su,
  LO: /^.{1,64}$/su,
};
const SEX = /^[MFO]$/;

/**
 * The Patient and Study modules of a source, so that the report joins its study: every type 2 attribute is there, empty
 * where the source has none. A value that its representation does not allow is left out, for an archive would refuse
 * the report over it, and the images keep it anyway.
 */
export function patientAndStudy(source: DataSet): DataSet {
  const required = [...PATIENT, ...STUDY];
  const empty = dataSetOf(Object.fromEntries(required.map((keyword) => [keyword, null])));
  const study = dataSetOf({ StudyInstanceUID: text(source, "StudyInstanceUID") });
  const copied: DataSet = {};
  for (const [tag, element] of Object.entries(pick(source, [...required, ...PATIENT_OPTIONAL, ...STUDY_OPTIONAL]))) {
    const Value = legalValues(tag, element);
    if (Value.length > 0) copied[tag] = { vr: element.vr, Value };
  }
  return { ...empty, ...study, ...copied };
}

function legalValues(tag: string, { vr, Value = [] }: Element): unknown[] {
  const legal = tag === tagOf("PatientSex") ? SEX : LEGAL[vr];
  return Value.flatMap((value) => {
    if (vr === "SQ" && typeof value === "object" && value !== null) return [legalItem(value as DataSet)];
    if (vr === "PN") return personNames(value);
    if (legal === undefined || typeof value !== "string") return [value];
    const trimmed = value.replace(/^ +|[ \0]+$/g, "");
    return legal.test(trimmed) ? [trimmed] : [];
  });
}

function legalItem(item: DataSet): DataSet {
  return Object.fromEntries(
    Object.entries(item).map(([tag, element]) => [tag, { vr: element.vr, Value: legalValues(tag, element) }]),
  );
}

const GROUPS = ["Alphabetic", "Ideographic", "Phonetic"] as const;

/** A name's component groups, each at most 64 characters (PS3.5 6.2.1): a longer one is cut, not lost. */
function personNames(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const name = value as Partial<Record<(typeof GROUPS)[number], unknown>>;
  const kept = GROUPS.flatMap((group) => {
    const letters = name[group];
    if (typeof letters !== "string" || letters.trim() === "") return [];
    return [[group, [...letters].slice(0, 64).join("").trimEnd()]];
  });
  return kept.length === 0 ? [] : [Object.fromEntries(kept)];
}
