import type { ImagePixel } from "../image-pixel.ts";

/** Where in a pixel data word its stored value is. */
export interface StoredBits {
  shift: number;
  mask: number;
  /** The bit of the sign, 0 where values have none. */
  sign: number;
}

/** The bits from High Bit down, Bits Stored of them, two's complement where Pixel Representation is 1 (PS3.5 8.1.1). */
export function storedBits({
  bitsStored,
  highBit,
  signed,
}: Pick<ImagePixel, "bitsStored" | "highBit" | "signed">): StoredBits {
  return { shift: highBit + 1 - bitsStored, mask: 2 ** bitsStored - 1, sign: signed ? 2 ** (bitsStored - 1) : 0 };
}

/** The stored value of a word. What else is in it, old overlays among it (PS3.5 8.1.2), is masked away. */
export function storedValue({ shift, mask, sign }: StoredBits, word: number): number {
  return (((word >> shift) & mask) ^ sign) - sign;
}

/** The least and the greatest stored value that an image of this representation can have. */
export function storedRange({ bitsStored, signed }: Pick<ImagePixel, "bitsStored" | "signed">): [number, number] {
  return signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];
}
