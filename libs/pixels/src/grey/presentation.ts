import { type DataSet, text } from "@redspot/dicom";
import type { ImagePixel } from "../image-pixel.ts";

/**
 * Whether the VOI LUT's output is to be inverted so that bone is bright: Presentation LUT Shape (PS3.3 C.11.6.1.2) says
 * so where there is one, being the later and the more explicit; else the Photometric Interpretation (C.7.6.3.1.2) does.
 */
export function isInverted(dataSet: DataSet, image: Pick<ImagePixel, "photometric">): boolean {
  const shape = text(dataSet, "PresentationLUTShape");
  if (shape === "INVERSE") return true;
  if (shape === "IDENTITY") return false;
  return image.photometric === "MONOCHROME1";
}
