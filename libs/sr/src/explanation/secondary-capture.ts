import { type DataSet, dataSetOf, pick, tagOf, text } from "@redspot/dicom";
import { codeItem } from "../coded-concept.ts";
import { Code } from "../codes.ts";
import type { InstanceReference } from "../content-item.ts";
import { type Device, equipmentAttributes, momentOf, sopCommon } from "../equipment.ts";
import { patientAndStudy } from "../patient-study.ts";
import type { ColourImage } from "./draw-picture.ts";

/** Secondary Capture Image Storage (PS3.4 B.5). */
export const SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";

interface Capture {
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly seriesDescription: string;
  readonly instanceNumber: number;
  readonly picture: ColourImage;
  /** What the picture is, and what it is not. */
  readonly derivation: string;
  /** The image that it was made of. */
  readonly source: DataSet;
  readonly reference: InstanceReference;
  readonly laterality?: "L" | "R";
  readonly device: Device;
  readonly createdAt: Date;
  readonly utcOffset: string;
}

/** A complete Secondary Capture Image (PS3.3 A.8.1), in a series of its own in the source's study. */
export function secondaryCapture(capture: Capture): DataSet {
  const { source, picture, device } = capture;
  const moment = momentOf(capture.createdAt, text(source, "TimezoneOffsetFromUTC"), capture.utcOffset);
  const { sopInstanceUID } = capture;
  return {
    ...patientAndStudy(source),
    ...dataSetOf({
      // General Series (C.7.3.1); the side is one of two, known or not
      Modality: "OT",
      SeriesInstanceUID: capture.seriesInstanceUID,
      SeriesNumber: "998",
      SeriesDescription: capture.seriesDescription,
      Laterality: capture.laterality ?? null,
      // SC Equipment (C.8.6.1)
      ConversionType: "WSD",
      // General Image (C.7.6.1): what is burnt in identifies nobody
      InstanceNumber: String(capture.instanceNumber),
      PatientOrientation: null,
      ContentDate: moment.date,
      ContentTime: moment.time,
      ImageType: ["DERIVED", "SECONDARY"],
      BurnedInAnnotation: "NO",
      DerivationDescription: capture.derivation,
      ImageComments: capture.derivation,
      SourceImageSequence: [
        dataSetOf({
          ReferencedSOPClassUID: capture.reference.sopClassUID,
          ReferencedSOPInstanceUID: capture.reference.sopInstanceUID,
          PurposeOfReferenceCodeSequence: [codeItem(Code.SourceImageForProcessing)],
        }),
      ],
      LossyImageCompression: "00",
      // Image Pixel (C.7.6.3)
      SamplesPerPixel: 3,
      PhotometricInterpretation: "RGB",
      PlanarConfiguration: 0,
      Rows: picture.rows,
      Columns: picture.columns,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      PixelData: picture.pixels,
    }),
    ...lossOf(source),
    // General Equipment (C.7.5.1)
    ...equipmentAttributes(device),
    ...sopCommon({ sopClassUID: SECONDARY_CAPTURE, sopInstanceUID }, moment, device),
  };
}

/** An image that was made of a lossy compressed one has gone through that compression (C.7.6.1.1.5). */
function lossOf(source: DataSet): DataSet {
  const [flag, ratio, method] = ["LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod"];
  if (text(source, flag!) !== "01") return {};
  const loss = pick(source, [flag!, ratio!, method!]);
  // A ratio that the source does not tell is not invented.
  return tagOf(ratio!) in loss ? loss : pick(loss, [flag!]);
}
