import { dataSetOf, deriveUid, readPart10, writePart10 } from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";

/** The one study that the doctor stores: always the same, so that it is there once however often it is stored. */
export const TEST_STUDY = {
  studyInstanceUID: deriveUid("doctor", "study"),
  seriesInstanceUID: deriveUid("doctor", "series"),
  sopInstanceUID: deriveUid("doctor", "instance"),
} as const;

/** A small phantom under the name of a test patient, and no wrist by its header: nobody is to read it. */
export function makeTestInstance(): Uint8Array {
  const study = makeStudy({ seed: 1, views: ["lateral"], imageClass: "CR", matrix: { rows: 128, columns: 96 } });
  const { dataSet } = readPart10(study.instances[0]!.bytes);
  return writePart10({
    ...dataSet,
    ...dataSetOf({
      StudyInstanceUID: TEST_STUDY.studyInstanceUID,
      SeriesInstanceUID: TEST_STUDY.seriesInstanceUID,
      SOPInstanceUID: TEST_STUDY.sopInstanceUID,
      PatientName: "REDSPOT^DOCTOR",
      PatientID: "REDSPOT-DOCTOR",
      AccessionNumber: "",
      BodyPartExamined: "PHANTOM",
      AnatomicRegionSequence: [],
      StudyDescription: "Redspot's test of this PACS",
      SeriesDescription: "Not a patient",
    }),
  });
}
