import { type DataSet, dataSetOf, text } from "@redspot/dicom";
import type { CodedConcept } from "./coded-concept.ts";
import { type ContentItem, contentDataSet } from "./content-item.ts";
import { type Device, equipmentAttributes, momentOf, sopCommon } from "./equipment.ts";
import { evidenceOf, type SourceInstance } from "./evidence.ts";
import type { Language } from "./languages/language.ts";
import { patientAndStudy } from "./patient-study.ts";
import { checkRelationships } from "./relationship-constraints.ts";
import { REPORT_CLASSES, type ReportClass } from "./report-class.ts";

/** An earlier report of the same study, which this one supersedes. */
export interface PredecessorDocument {
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
  /** The class that it is stored under; the new report's own unless given. */
  readonly sopClassUID?: string;
}

export interface Document {
  readonly reportClass: ReportClass;
  readonly language: Language;
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly seriesDescription: string;
  readonly instanceNumber: number;
  readonly content: ContentItem;
  /** A header of the study, from which patient and study are taken. */
  readonly source: DataSet;
  readonly evidence: readonly SourceInstance[];
  readonly device: Device;
  readonly createdAt: Date;
  /** The offset at which dates and times are written, unless the source declares its own. */
  readonly utcOffset: string;
  readonly predecessor?: PredecessorDocument;
}

/**
 * A complete structured report of its class (PS3.3 A.35.13 or A.35.2), unverified, in a series of its own in the
 * source's study, text to be encoded as UTF-8. Throws INVALID_RELATIONSHIP where the content tree is not one of the IOD.
 */
export function structuredReport(document: Document): DataSet {
  checkRelationships(document.content, document.reportClass);
  const { source, device, language } = document;
  const { sopClassUID } = REPORT_CLASSES[document.reportClass];
  const studyInstanceUID = text(source, "StudyInstanceUID") ?? "";
  const moment = momentOf(document.createdAt, text(source, "TimezoneOffsetFromUTC"), document.utcOffset);
  return {
    ...patientAndStudy(source),
    ...dataSetOf({
      // SR Document Series (C.17.1)
      Modality: "SR",
      SeriesInstanceUID: document.seriesInstanceUID,
      SeriesNumber: "999",
      SeriesDescription: document.seriesDescription,
      ReferencedPerformedProcedureStepSequence: null,
      // SR Document General (C.17.2)
      InstanceNumber: String(document.instanceNumber),
      CompletionFlag: "COMPLETE",
      VerificationFlag: "UNVERIFIED",
      ContentDate: moment.date,
      ContentTime: moment.time,
      PredecessorDocumentsSequence:
        document.predecessor === undefined
          ? undefined
          : evidenceOf(studyInstanceUID, [{ sopClassUID, ...document.predecessor, isImage: false }]),
      PerformedProcedureCodeSequence: null,
      CurrentRequestedProcedureEvidenceSequence: evidenceOf(studyInstanceUID, document.evidence),
    }),
    // General and Enhanced General Equipment (C.7.5.1, C.7.5.2)
    ...equipmentAttributes(device),
    ...sopCommon({ sopClassUID, sopInstanceUID: document.sopInstanceUID }, moment, device),
    // SR Document Content (C.17.3)
    ...contentDataSet(document.content, (concept) => inLanguage(concept, language)),
  };
}

/** A concept with the meaning that the language has for it: value and scheme stay (PS3.3 8.3). */
export function inLanguage(concept: CodedConcept, { meanings }: Language): CodedConcept {
  const meaning = meanings[`${concept.value} ${concept.scheme}`];
  return meaning === undefined ? concept : { ...concept, meaning };
}
