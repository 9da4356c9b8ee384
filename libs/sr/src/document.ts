import { type DataSet, dataSetOf, text } from "@redspot/dicom";
import { codeItem } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import { type ContentItem, contentDataSet } from "./content-item.ts";
import { dateTimeAt, isUtcOffset } from "./date-time.ts";
import { evidenceOf, type SourceInstance } from "./evidence.ts";
import { patientAndStudy } from "./patient-study.ts";
import { checkRelationships } from "./relationship-constraints.ts";

/** Comprehensive 3D SR Storage (PS3.4 B.5). */
export const COMPREHENSIVE_3D_SR = "1.2.840.10008.5.1.4.1.1.88.34";

/** The equipment that made the report, as General and Contributing Equipment name it (PS3.3 C.7.5, C.12.1). */
export interface Device {
  readonly manufacturer: string;
  readonly modelName: string;
  readonly softwareVersions: readonly string[];
  readonly serialNumber: string;
  /** Changes whenever the weights or the calibration do. */
  readonly uid: string;
}

/** An earlier report of the same study, which this one supersedes. */
export interface PredecessorDocument {
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
}

export interface Document {
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
 * A complete Comprehensive 3D SR (PS3.3 A.35.13), unverified, in a series of its own in the source's study, text to be
 * encoded as UTF-8. Throws INVALID_RELATIONSHIP where the content tree is not one of this IOD.
 */
export function structuredReport(document: Document): DataSet {
  checkRelationships(document.content);
  const { source, device } = document;
  const studyInstanceUID = text(source, "StudyInstanceUID") ?? "";
  // All dates and times of a data set share one offset (PS3.3 C.12.1.1.8), and the study's own are copied as they stand.
  const declared = text(source, "TimezoneOffsetFromUTC");
  const offset = declared !== undefined && isUtcOffset(declared) ? declared : document.utcOffset;
  const { date, time, dateTime } = dateTimeAt(document.createdAt, offset);
  return {
    ...patientAndStudy(source),
    ...dataSetOf({
      // SR Document Series (C.17.1)
      Modality: "SR",
      SeriesInstanceUID: document.seriesInstanceUID,
      SeriesNumber: "999",
      SeriesDescription: document.seriesDescription,
      ReferencedPerformedProcedureStepSequence: null,
      // General and Enhanced General Equipment (C.7.5.1, C.7.5.2)
      Manufacturer: device.manufacturer,
      ManufacturerModelName: device.modelName,
      DeviceSerialNumber: device.serialNumber,
      SoftwareVersions: [...device.softwareVersions],
      DeviceUID: device.uid,
      // SR Document General (C.17.2)
      InstanceNumber: String(document.instanceNumber),
      CompletionFlag: "COMPLETE",
      VerificationFlag: "UNVERIFIED",
      ContentDate: date,
      ContentTime: time,
      PredecessorDocumentsSequence:
        document.predecessor === undefined ? undefined : predecessors(studyInstanceUID, document.predecessor),
      PerformedProcedureCodeSequence: null,
      CurrentRequestedProcedureEvidenceSequence: evidenceOf(studyInstanceUID, document.evidence),
      // SOP Common (C.12.1)
      SOPClassUID: COMPREHENSIVE_3D_SR,
      SOPInstanceUID: document.sopInstanceUID,
      SpecificCharacterSet: "ISO_IR 192",
      InstanceCreationDate: date,
      InstanceCreationTime: time,
      TimezoneOffsetFromUTC: declared === offset ? offset : undefined,
      ContributingEquipmentSequence: [contributingEquipment(device, dateTime)],
    }),
    // SR Document Content (C.17.3)
    ...contentDataSet(document.content),
  };
}

function predecessors(studyInstanceUID: string, predecessor: PredecessorDocument): DataSet[] {
  return evidenceOf(studyInstanceUID, [{ ...predecessor, sopClassUID: COMPREHENSIVE_3D_SR, isImage: false }]);
}

function contributingEquipment(device: Device, dateTime: string): DataSet {
  return dataSetOf({
    PurposeOfReferenceCodeSequence: [codeItem(Code.ProcessingEquipment)],
    Manufacturer: device.manufacturer,
    ManufacturerModelName: device.modelName,
    DeviceSerialNumber: device.serialNumber,
    SoftwareVersions: [...device.softwareVersions],
    DeviceUID: device.uid,
    ContributionDateTime: dateTime,
    ContributionDescription: "Triage of lateral wrist radiographs for fracture",
  });
}
