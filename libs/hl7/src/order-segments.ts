import { type DataSet, items, text } from "@redspot/dicom";
import { type CodedConcept, proceduresOf } from "@redspot/sr";
import { authority } from "./patient-segments.ts";
import type { Composite, Fields } from "./segment.ts";

/** What a header says about the order that its images answer. */
export interface Order {
  /** EI of the placer and of the filler. */
  placer: Composite;
  filler: Composite;
  accessionNumber: string | undefined;
  accession: Composite;
  requestedProcedureID: string | undefined;
  scheduledProcedureStepID: string | undefined;
  /** What was done, as CE. */
  procedure: Composite;
  /** When the study began, as TS. */
  studyTime: string | undefined;
  modality: string | undefined;
}

/** The order of a study: from the header itself or from its Request Attributes Sequence (PS3.3 C.7.2.1, C.7.3.1). */
export function orderOf(header: DataSet): Order {
  const request = items(header, "RequestAttributesSequence")[0] ?? {};
  const one = (keyword: string) => text(header, keyword) ?? text(request, keyword);
  const accessionNumber = one("AccessionNumber");
  const issuer =
    items(header, "IssuerOfAccessionNumberSequence")[0] ?? items(request, "IssuerOfAccessionNumberSequence")[0];
  const placer = one("PlacerOrderNumberImagingServiceRequest");
  // Where the archive was told no filler's number, the accession number is it (IHE RAD TF-2, 4.4).
  const filler = one("FillerOrderNumberImagingServiceRequest") ?? accessionNumber;
  const named = (id: string | undefined, by: DataSet | undefined): Composite =>
    id === undefined ? undefined : { 1: id, ...partsFrom(2, authority(undefined, by)) };
  return {
    placer: named(placer, items(header, "OrderPlacerIdentifierSequence")[0]),
    filler: named(filler, items(header, "OrderFillerIdentifierSequence")[0]),
    accessionNumber,
    accession: named(accessionNumber, issuer),
    requestedProcedureID: one("RequestedProcedureID"),
    scheduledProcedureStepID: one("ScheduledProcedureStepID"),
    procedure: codedElement(proceduresOf([header])[0]!),
    studyTime: studyTimeOf(header),
    modality: text(header, "Modality"),
  };
}

/** A coded concept as CE: identifier, text, coding system. DICOM's designators are those of HL7 table 0396 (PS3.16 8). */
export function codedElement({ value, meaning, scheme }: CodedConcept): { 1: string; 2: string; 3: string } {
  return { 1: value, 2: meaning, 3: scheme };
}

function partsFrom(first: number, parts: { [part: number]: string | undefined }): Record<number, string | undefined> {
  return Object.fromEntries(Object.entries(parts).map(([part, value]) => [Number(part) - 1 + first, value]));
}

/** Study Date and Study Time as TS, as far as they are legal; at the offset from UTC that the header declares. */
function studyTimeOf(header: DataSet): string | undefined {
  const date = /^\d{8}$/.exec(text(header, "StudyDate") ?? "")?.[0];
  if (date === undefined) return undefined;
  const time = /^\d{4}(\d{2})?/.exec(text(header, "StudyTime") ?? "")?.[0];
  if (time === undefined) return date;
  const offset = /^[+-]\d{4}$/.exec(text(header, "TimezoneOffsetFromUTC") ?? "")?.[0] ?? "";
  return `${date}${time}${offset}`;
}

/** OBR for a result, or for the order that it is about. */
export function observationRequest(order: Order, more: Fields): Fields {
  return {
    1: "1",
    2: order.placer,
    3: order.filler,
    4: order.procedure,
    7: order.studyTime,
    // Where IHE RAD TF-2, 4.4 and 4.7, has them.
    18: order.accessionNumber,
    19: order.requestedProcedureID,
    20: order.scheduledProcedureStepID,
    // HL7 table 0074: radiology.
    24: "RAD",
    ...more,
  };
}

/** IPC of an imaging order (HL7 2.5.1, 4.5.6). */
export function imagingProcedureControl(order: Order, studyInstanceUID: string): Fields {
  return {
    1: order.accession,
    2: { 1: order.requestedProcedureID },
    3: { 1: studyInstanceUID },
    4: { 1: order.scheduledProcedureStepID },
    5: { 1: order.modality },
  };
}
