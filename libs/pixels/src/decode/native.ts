import type { ImagePixel } from "../image-pixel.ts";
import { PixelError } from "../pixel-error.ts";
import type { StoredFrame } from "./stored-frame.ts";

/**
 * Native pixel data, 8 or 16 bits a word (PS3.5 8.1.1, A.1, A.2, A.3): a view on the bytes where their place in memory
 * allows one. Bytes after the last pixel (padding to even length) are left aside. Throws PIXEL_DATA_TOO_SHORT.
 */
export function decodeNative(bytes: Uint8Array, image: ImagePixel, order: "little" | "big" = "little"): StoredFrame {
  const { rows, columns, bitsAllocated } = image;
  const count = rows * columns;
  const wanted = (count * bitsAllocated) / 8;
  if (bytes.byteLength < wanted) {
    throw new PixelError(
      "PIXEL_DATA_TOO_SHORT",
      `Pixel Data has ${bytes.byteLength} bytes where ${rows} x ${columns} pixels of ${bitsAllocated} bits need ${wanted}`,
    );
  }
  const frame = { rows, columns, reduction: 0 } as const;
  if (bitsAllocated === 8) return { ...frame, words: bytes.subarray(0, wanted) };
  // Array buffers and this machine are little endian; Node runs on nothing else that Redspot is built for.
  if (order === "big") return { ...frame, words: new Uint16Array(Buffer.from(bytes.subarray(0, wanted)).swap16()) };
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice(0, wanted);
  return { ...frame, words: new Uint16Array(aligned.buffer, aligned.byteOffset, count) };
}
