import { type DataSet, number, numbers, text } from "@redspot/dicom";
import { PixelError } from "./pixel-error.ts";

/** What the Image Pixel module (PS3.3 C.7.6.3) says about a greyscale image of one frame. */
export interface ImagePixel {
  rows: number;
  columns: number;
  bitsAllocated: 8 | 16;
  bitsStored: number;
  highBit: number;
  /** Pixel Representation 1: two's complement. */
  signed: boolean;
  photometric: "MONOCHROME1" | "MONOCHROME2";
  /** Height of a pixel over its width: 1 but for few. */
  pixelAspect: number;
  /** Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2), lower first: stored values that are no measurement. */
  padding: readonly [number, number] | undefined;
}

/**
 * Twice what the largest detectors give (43 cm at 0.1 mm is 18 million); a header that asks for more is no radiograph.
 */
export const MOST_PIXELS = 64 * 2 ** 20;

/**
 * Reads the Image Pixel module. Throws the PixelError that fits where this is not one greyscale frame of 8 or 16 bits.
 */
export function readImagePixel(dataSet: DataSet): ImagePixel {
  const rows = number(dataSet, "Rows") ?? 0;
  const columns = number(dataSet, "Columns") ?? 0;
  if (!(rows > 0 && columns > 0)) {
    throw new PixelError("EMPTY_IMAGE", `Rows is ${rows} and Columns is ${columns}: there is no image`);
  }
  if (rows * columns > MOST_PIXELS) {
    throw new PixelError("IMAGE_TOO_LARGE", `${rows} x ${columns} pixels are more than the ${MOST_PIXELS} allowed`);
  }
  const frames = number(dataSet, "NumberOfFrames") ?? 1;
  if (frames > 1) {
    throw new PixelError("MULTI_FRAME", `Number of Frames is ${frames}: a plain radiograph has one`);
  }
  const samples = number(dataSet, "SamplesPerPixel") ?? 1;
  const photometric = text(dataSet, "PhotometricInterpretation");
  if (samples !== 1 || (photometric !== "MONOCHROME1" && photometric !== "MONOCHROME2")) {
    const named = photometric !== undefined && /^[A-Z0-9_ ]{1,16}$/.test(photometric) ? photometric : "not a known one";
    throw new PixelError(
      "UNSUPPORTED_PHOTOMETRIC",
      `Photometric Interpretation is ${named} with ${samples} samples a pixel: only MONOCHROME1 and MONOCHROME2 are read`,
    );
  }
  const bitsAllocated = number(dataSet, "BitsAllocated");
  const bitsStored = number(dataSet, "BitsStored") ?? bitsAllocated ?? 0;
  const highBit = number(dataSet, "HighBit") ?? bitsStored - 1;
  if (
    (bitsAllocated !== 8 && bitsAllocated !== 16) ||
    !(bitsStored >= 1 && bitsStored <= highBit + 1 && highBit < bitsAllocated)
  ) {
    throw new PixelError(
      "UNSUPPORTED_BIT_DEPTH",
      `Bits Allocated ${bitsAllocated}, Bits Stored ${bitsStored}, High Bit ${highBit}: 8 or 16 bits are read, with the stored ones inside`,
    );
  }
  const signed = number(dataSet, "PixelRepresentation") === 1;
  return {
    rows,
    columns,
    bitsAllocated,
    bitsStored,
    highBit,
    signed,
    photometric,
    pixelAspect: readPixelAspect(dataSet),
    padding: readPadding(dataSet, signed, bitsAllocated),
  };
}

/**
 * Pixel Spacing (PS3.3 10.7.1.3) and Imager Pixel Spacing are row spacing, then column spacing; so is Pixel Aspect
 * Ratio.
 */
function readPixelAspect(dataSet: DataSet): number {
  for (const keyword of ["PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio"]) {
    const [vertical, horizontal] = numbers(dataSet, keyword);
    if (vertical === undefined || horizontal === undefined) continue;
    const aspect = vertical / horizontal;
    // Beyond 1:4 it is an error of the sender's, not a detector.
    if (aspect >= 0.25 && aspect <= 4) return aspect;
  }
  return 1;
}

function readPadding(dataSet: DataSet, signed: boolean, bitsAllocated: number): ImagePixel["padding"] {
  const values = [number(dataSet, "PixelPaddingValue"), number(dataSet, "PixelPaddingRangeLimit")].flatMap((value) =>
    value === undefined ? [] : [inRange(value, signed, bitsAllocated)],
  );
  return values.length === 0 ? undefined : [Math.min(...values), Math.max(...values)];
}

/** The value in the image's own representation, where it came as US of an image that is signed, or the reverse. */
function inRange(value: number, signed: boolean, bitsAllocated: number): number {
  if (signed && value >= 2 ** (bitsAllocated - 1)) return value - 2 ** bitsAllocated;
  if (!signed && value < 0) return value + 2 ** bitsAllocated;
  return value;
}
