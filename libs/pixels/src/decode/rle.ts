import type { ImagePixel } from "../image-pixel.ts";
import { PixelError } from "../pixel-error.ts";
import type { StoredFrame } from "./stored-frame.ts";

/**
 * RLE Lossless (PS3.5 Annex G): a header of sixteen 32-bit words (number of segments, their offsets), then a byte plane
 * a segment, the most significant first, each as PackBits. Written here because it is a page of code, and several times
 * faster than the decoders that packages have. Throws CORRUPT_STREAM.
 */
export function decodeRle(stream: Uint8Array, image: ImagePixel): StoredFrame {
  const { rows, columns, bitsAllocated } = image;
  const count = rows * columns;
  const planes = bitsAllocated / 8;
  if (stream.byteLength < 64) throw corrupt(`has ${stream.byteLength} bytes, fewer than its header of 64`);
  const header = new DataView(stream.buffer, stream.byteOffset, 64);
  const segments = header.getUint32(0, true);
  if (segments !== planes) throw corrupt(`has ${segments} segments where ${bitsAllocated} bits need ${planes}`);
  const words = planes === 1 ? new Uint8Array(count) : new Uint16Array(count);
  const bytes = new Uint8Array(words.buffer);
  for (let segment = 0; segment < segments; segment++) {
    const from = header.getUint32(4 + 4 * segment, true);
    const to = segment + 1 < segments ? header.getUint32(8 + 4 * segment, true) : stream.byteLength;
    if (from < 64 || from > to || to > stream.byteLength) throw corrupt(`has segment ${segment + 1} outside its bytes`);
    const done = unpack(stream, from, to, bytes, planes - 1 - segment, planes);
    if (done < count) throw corrupt(`ends after ${done} of ${count} pixels`);
  }
  return { rows, columns, words, reduction: 0 };
}

/**
 * PackBits (PS3.5 G.3.2) from `source[from..to)` into every `step`th byte of the target; the number of bytes written.
 */
function unpack(source: Uint8Array, from: number, to: number, target: Uint8Array, first: number, step: number): number {
  const end = target.length;
  let read = from;
  let write = first;
  while (read < to && write < end) {
    const head = source[read++]!;
    if (head < 128) {
      const last = Math.min(read + head + 1, to);
      for (; read < last && write < end; write += step) target[write] = source[read++]!;
    } else if (head > 128) {
      if (read >= to) break;
      const value = source[read++]!;
      for (let left = 257 - head; left > 0 && write < end; left--, write += step) target[write] = value;
    }
    // 128 is no operation.
  }
  return Math.min(Math.floor((write - first) / step), Math.floor(end / step));
}

function corrupt(what: string): PixelError {
  return new PixelError("CORRUPT_STREAM", `the RLE stream ${what} (PS3.5 Annex G)`);
}
