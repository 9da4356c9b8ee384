import type { DataSet } from "@redspot/dicom";
import type { ImagePixel } from "../image-pixel.ts";
import { type Modality, readModality } from "./modality.ts";
import { isInverted } from "./presentation.ts";
import { type StoredBits, storedBits, storedValue } from "./stored-values.ts";

/** How an image's words are to be read, all but the window. */
export interface GreyScale {
  bits: StoredBits;
  modality: Modality;
  /** 1 where bone has the larger modality values, -1 where it has the smaller ones and is to be inverted. */
  brightness: 1 | -1;
}

/** Reads bits, modality LUT and polarity. Throws MALFORMED_LUT. */
export function readGreyScale(dataSet: DataSet, image: ImagePixel): GreyScale {
  return {
    bits: storedBits(image),
    modality: readModality(dataSet, image),
    brightness: isInverted(dataSet, image) ? -1 : 1,
  };
}

/** The modality value of a word. */
export function modalityOf({ bits, modality }: GreyScale, word: number): number {
  return modality.apply(storedValue(bits, word));
}

/** How bright a word is, on a scale of its own that rises towards bone. */
export function brightnessOf(scale: GreyScale, word: number): number {
  return modalityOf(scale, word) * scale.brightness;
}
