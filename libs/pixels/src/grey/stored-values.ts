import type { ImagePixel } from "../image-pixel.ts";

/**
 * The stored value of a pixel data word (PS3.5 8.1.1): the bits from High Bit down, Bits Stored of them, sign extended
 * where Pixel Representation is 1. What else is in the word, old overlays among it (PS3.5 8.1.2), is masked away.
 */
export function storedValueOf(image: Pick<ImagePixel, "bitsStored" | "highBit" | "signed">): (word: number) => number {
  const { bitsStored, highBit, signed } = image;
  const shift = highBit + 1 - bitsStored;
  const mask = 2 ** bitsStored - 1;
  if (!signed) return (word) => (word >> shift) & mask;
  const sign = 2 ** (bitsStored - 1);
  return (word) => (((word >> shift) & mask) ^ sign) - sign;
}

/** The least and the greatest stored value that an image of this representation can have. */
export function storedRange({ bitsStored, signed }: Pick<ImagePixel, "bitsStored" | "signed">): [number, number] {
  return signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];
}
