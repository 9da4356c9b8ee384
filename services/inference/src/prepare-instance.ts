import { type DataSet, DicomError, readPart10 } from "@redspot/dicom";
import { type ModelInput, PixelError, toModelInput } from "@redspot/pixels";
import { exclusionOf, isReasonCode, lateralityOf, type Reason, reason } from "@redspot/triage";
import { previewOf } from "./preview.ts";

/** An instance that the network can score. */
interface PreparedInstance {
  input: ModelInput;
  laterality?: "L" | "R";
}

export type Preparation = { prepared: PreparedInstance } | { reason: Reason };

/** With the model input as a picture for people. */
type PreparationWithPreview = { prepared: PreparedInstance; preview: Uint8Array } | { reason: Reason };

/**
 * Turns an instance into model input, or says why it is not analysed: it cannot be read, is not what the classifier was
 * made for, or its pixels cannot be decoded. An error that is none of these is thrown.
 */
export async function prepareInstance(bytes: Uint8Array): Promise<PreparationWithPreview> {
  try {
    const part10 = readPart10(bytes);
    const exclusion = exclusionOf(part10.dataSet);
    if (exclusion) return { reason: exclusion };
    const input = await toModelInput(part10);
    return { prepared: { input, ...sideOf(part10.dataSet) }, preview: previewOf(input) };
  } catch (error) {
    if (error instanceof DicomError) return { reason: reason("UNREADABLE_INSTANCE") };
    if (error instanceof PixelError) {
      return { reason: reason(isReasonCode(error.code) ? error.code : "CORRUPT_STREAM") };
    }
    throw error;
  }
}

function sideOf(dataSet: DataSet): { laterality?: "L" | "R" } {
  const laterality = lateralityOf(dataSet);
  return laterality === undefined ? {} : { laterality };
}
