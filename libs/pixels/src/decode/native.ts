import type { ImagePixel } from "../image-pixel.ts";
import { PixelError } from "../pixel-error.ts";
import type { StoredFrame } from "./stored-frame.ts";

/**
 * Native pixel data, 8 or 16 bits a word (PS3.5 8.1.1, A.1, A.2, A.3): a view on the bytes where their place in memory
 * allows one. Bytes after the last pixel (padding to even length) are left aside. `swapped` says that bytes come in
 * pairs, the higher first: OW of the retired big endian syntax. Throws PIXEL_DATA_TOO_SHORT.
 */
export function decodeNative(bytes: Uint8Array, image: ImagePixel, swapped = false): StoredFrame {
  const { rows, columns, bitsAllocated } = image;
  const count = rows * columns;
  const wanted = (count * bitsAllocated) / 8;
  if (bytes.byteLength < wanted) {
    throw new PixelError(
      "PIXEL_DATA_TOO_SHORT",
      `Pixel Data has ${bytes.byteLength} bytes where ${rows} x ${columns} pixels of ${bitsAllocated} bits need ${wanted}`,
    );
  }
  const ordered = swapped ? inPairsSwapped(bytes) : bytes;
  if (bitsAllocated === 8) return { rows, columns, reduction: 0, words: ordered.subarray(0, wanted) };
  const aligned = ordered.byteOffset % 2 === 0 ? ordered : ordered.slice(0, wanted);
  // A view reads in the machine's order, which is little endian wherever Node runs that Redspot is made for.
  return { rows, columns, reduction: 0, words: new Uint16Array(aligned.buffer, aligned.byteOffset, count) };
}

function inPairsSwapped(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes.subarray(0, bytes.byteLength & ~1)).swap16();
}
