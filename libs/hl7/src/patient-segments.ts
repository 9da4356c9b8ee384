import { type DataSet, items, text } from "@redspot/dicom";
import type { CharacterSet } from "./character-set.ts";
import { personNames } from "./person-name.ts";
import type { Composite, Fields } from "./segment.ts";

/** PS3.5 6.2: DA, as HL7 writes a date too. */
const DATE = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

/** PID from the Patient Module (PS3.3 C.7.1.1). What a value's representation does not allow is left out. */
export function patientIdentification(header: DataSet, set: CharacterSet): Fields {
  const born = text(header, "PatientBirthDate") ?? "";
  const sex = text(header, "PatientSex") ?? "";
  return {
    1: "1",
    3: {
      1: text(header, "PatientID"),
      4: authority(text(header, "IssuerOfPatientID"), items(header, "IssuerOfPatientIDQualifiersSequence")[0]),
      // HL7 table 0203: patient internal identifier.
      5: text(header, "PatientID") === undefined ? undefined : "PI",
    },
    5: personNames(header, "PatientName", set),
    7: DATE.test(born) ? born : undefined,
    8: /^[MFO]$/.test(sex) ? sex : undefined,
  };
}

/** PV1 where the header knows the visit; none otherwise, for its patient class is required and not known. */
export function patientVisit(header: DataSet): Fields | undefined {
  const admission = text(header, "AdmissionID");
  if (admission === undefined) return undefined;
  const issuer = items(header, "IssuerOfAdmissionIDSequence")[0];
  // HL7 table 0004: unknown.
  return { 1: "1", 2: "U", 19: { 1: admission, 4: authority(undefined, issuer) } };
}

/** An issuer as HD: name, and what it is named by everywhere (PS3.3 C.7.1.1.1.1, 10.14). */
export function authority(
  name: string | undefined,
  issuer: DataSet | undefined,
): { [part: number]: string | undefined } {
  return {
    1: name ?? (issuer && text(issuer, "LocalNamespaceEntityID")),
    2: issuer && text(issuer, "UniversalEntityID"),
    3: issuer && text(issuer, "UniversalEntityIDType"),
  };
}

/** HD from one text in which ^ separates: name, universal ID, its type. */
export function hierarchicDesignator(value: string | undefined): Composite {
  if (value === undefined) return undefined;
  const [name, universalId, type] = value.split("^");
  return { 1: name, 2: universalId, 3: type };
}
