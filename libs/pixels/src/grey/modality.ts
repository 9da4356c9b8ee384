import { type DataSet, items, number } from "@redspot/dicom";
import type { ImagePixel } from "../image-pixel.ts";
import { lookUp, readLut } from "./lut.ts";
import { storedRange } from "./stored-values.ts";

/** The Modality LUT (PS3.3 C.11.1): from stored values to those that the VOI LUT is about. */
export interface Modality {
  apply: (stored: number) => number;
  /** Whether its output has negative values, so that a VOI LUT's first value mapped is signed. */
  signed: boolean;
}

/**
 * Reads the Modality LUT Sequence, or Rescale Slope and Intercept; without either, values stay as they are. A slope of
 * 0 would make every image uniform and is taken for absent. Throws MALFORMED_LUT.
 */
export function readModality(dataSet: DataSet, image: Pick<ImagePixel, "bitsStored" | "signed">): Modality {
  const [item] = items(dataSet, "ModalityLUTSequence");
  if (item) {
    const lut = readLut(item, image.signed);
    return { apply: (stored) => lookUp(lut, stored), signed: false };
  }
  const slope = number(dataSet, "RescaleSlope") || 1;
  const intercept = number(dataSet, "RescaleIntercept") ?? 0;
  const apply = (stored: number) => stored * slope + intercept;
  const [least, greatest] = storedRange(image);
  return { apply, signed: Math.min(apply(least), apply(greatest)) < 0 };
}
