import type { StoredFrame } from "../decode/stored-frame.ts";
import type { ImagePixel } from "../image-pixel.ts";
import type { Shutter } from "./shutter.ts";

/** Enough pixels for a percentile to within a few tenths of a percent, few enough to cost nothing. */
const SAMPLES = 50_000;

/**
 * Modality values of pixels on a regular lattice over the frame, ascending, without those that a shutter covers and
 * those that are padding. Empty where nothing is left.
 */
export function sampleValues(
  frame: StoredFrame,
  { padding }: Pick<ImagePixel, "padding">,
  storedOf: (word: number) => number,
  modality: (stored: number) => number,
  shutter: Shutter | undefined,
): Float64Array {
  const { rows, columns, words } = frame;
  const step = Math.max(1, Math.floor(Math.sqrt((rows * columns) / SAMPLES)));
  const everything = [0, columns];
  const values = new Float64Array(Math.ceil(rows / step) * Math.ceil(columns / step));
  let count = 0;
  for (let row = step >> 1; row < rows; row += step) {
    const spans = shutter ? shutter.openSpans(row) : everything;
    for (let at = 0; at + 1 < spans.length; at += 2) {
      for (let column = spans[at]! + (step >> 1); column < spans[at + 1]!; column += step) {
        const stored = storedOf(words[row * columns + column]!);
        if (padding && stored >= padding[0] && stored <= padding[1]) continue;
        if (count < values.length) values[count++] = modality(stored);
      }
    }
  }
  return values.subarray(0, count).sort();
}

/** The value below which the given share (0 to 1) of ascending values lies. */
export function percentile(ascending: Float64Array, share: number): number {
  return ascending[Math.round(share * (ascending.length - 1))] ?? 0;
}
