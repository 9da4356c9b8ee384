import { type DataSet, DicomError, readPart10 } from "@redspot/dicom";
import { type ModelInput, PixelError, toModelInput } from "@redspot/pixels";
import { exclusionOf, isReasonCode, lateralityOf, type Reason, reason } from "@redspot/triage";
import { type Origin, originOf, type WatchedOrigins } from "./origin.ts";
import { previewOf } from "./preview.ts";

/** An instance that the network can score. */
interface PreparedInstance {
  input: ModelInput;
  laterality?: "L" | "R";
}

/** Where it comes from is not known of an instance that cannot be read. */
type From<T> = T & { origin?: Origin };

export type Preparation = From<{ prepared: PreparedInstance } | { reason: Reason }>;

/** With the model input as a picture for people. */
type PreparationWithPreview = From<{ prepared: PreparedInstance; preview: Uint8Array } | { reason: Reason }>;

const NONE: WatchedOrigins = { manufacturers: [], sites: [] };

/**
 * Turns an instance into model input, or says why it is not analysed: it cannot be read, is not what the classifier was
 * made for, or its pixels cannot be decoded. An error that is none of these is thrown.
 */
export async function prepareInstance(bytes: Uint8Array, watched = NONE): Promise<PreparationWithPreview> {
  let origin: { origin?: Origin } = {};
  try {
    const part10 = readPart10(bytes);
    origin = { origin: originOf(part10.dataSet, watched) };
    const exclusion = exclusionOf(part10.dataSet);
    if (exclusion) return { reason: exclusion, ...origin };
    const input = await toModelInput(part10);
    return { prepared: { input, ...sideOf(part10.dataSet) }, preview: previewOf(input), ...origin };
  } catch (error) {
    if (error instanceof DicomError) return { reason: reason("UNREADABLE_INSTANCE") };
    if (error instanceof PixelError) {
      return { reason: reason(isReasonCode(error.code) ? error.code : "CORRUPT_STREAM"), ...origin };
    }
    throw error;
  }
}

function sideOf(dataSet: DataSet): { laterality?: "L" | "R" } {
  const laterality = lateralityOf(dataSet);
  return laterality === undefined ? {} : { laterality };
}
