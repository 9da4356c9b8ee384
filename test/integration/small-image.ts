import { dataSetOf, deriveUid, writePart10 } from "@redspot/dicom";

/** A whole radiograph of eight by eight pixels, with whatever else it should have; its UIDs are derived from the names. */
export function smallImage(study: string, name: string, more: Parameters<typeof dataSetOf>[0] = {}): Uint8Array {
  return writePart10(
    dataSetOf({
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
      SOPInstanceUID: deriveUid(study, name),
      StudyInstanceUID: deriveUid(study),
      SeriesInstanceUID: deriveUid(study, "series"),
      Modality: "CR",
      PatientID: "TEST",
      Rows: 8,
      Columns: 8,
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      PixelData: new Uint8Array(64),
      ...more,
    }),
  );
}
