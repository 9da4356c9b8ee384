import { TransferSyntax } from "@redspot/dicom";
import type { ElementEncoding } from "./element-walk.ts";

/** How the data set of a file is encoded: its elements, and whether they are deflated as a whole (PS3.5 Annex A). */
export interface DataSetEncoding extends ElementEncoding {
  deflated: boolean;
}

const EXPLICIT: DataSetEncoding = { implicit: false, bigEndian: false, deflated: false };
const DEFLATED: DataSetEncoding = { ...EXPLICIT, deflated: true };

/** Transfer syntaxes that web services use, or may use: single ones, by their UID. */
export const TAKEN: ReadonlyMap<string, DataSetEncoding> = new Map([
  [TransferSyntax.ExplicitVRLittleEndian, EXPLICIT],
  ["1.2.840.10008.1.2.1.98", EXPLICIT], // Encapsulated Uncompressed
  [TransferSyntax.DeflatedExplicitVRLittleEndian, DEFLATED],
  [TransferSyntax.RLELossless, EXPLICIT],
  ["1.2.840.10008.1.2.8.1", EXPLICIT], // Deflated Image Frame Compression
  ["1.2.840.10008.1.2.4.95", DEFLATED], // JPIP Referenced Deflate
  ["1.2.840.10008.1.2.4.205", DEFLATED], // JPIP HTJ2K Referenced Deflate
]);

/** JPEG, JPEG-LS, JPEG 2000, MPEG, HTJ2K, JPEG XL: what compresses frames, by the beginning of its UIDs. */
export const TAKEN_FAMILY = "1.2.840.10008.1.2.4.";

/** What shall not be used in web services (PS3.18 8.7.3): a PACS that pushes what it has, as it has it, does. */
export const TAKEN_LENIENTLY: ReadonlyMap<string, DataSetEncoding> = new Map([
  [TransferSyntax.ImplicitVRLittleEndian, { ...EXPLICIT, implicit: true }],
  [TransferSyntax.ExplicitVRBigEndian, { ...EXPLICIT, bigEndian: true }],
]);

/**
 * How an instance's data set is encoded; undefined where instances in that transfer syntax are not taken. Of others than
 * these, such as private ones, nothing is known: an identity read from them would be a guess.
 */
export function encodingOf(transferSyntaxUID: string, strict: boolean): DataSetEncoding | undefined {
  const lenient = strict ? undefined : TAKEN_LENIENTLY.get(transferSyntaxUID);
  const inFamily = transferSyntaxUID.startsWith(TAKEN_FAMILY) ? EXPLICIT : undefined;
  return TAKEN.get(transferSyntaxUID) ?? lenient ?? inFamily;
}
