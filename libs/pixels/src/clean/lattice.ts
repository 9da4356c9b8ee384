import type { StoredFrame } from "../decode/stored-frame.ts";
import type { ImagePixel } from "../image-pixel.ts";
import type { Spans } from "./polygon.ts";

/** Enough pixels for percentiles and for straight edges, few enough to cost next to nothing. */
const SAMPLES = 50_000;

/** Pixels at regular distances over a frame: what is looked at before the frame is. */
export interface Lattice {
  width: number;
  height: number;
  /** Pixels from one to the next, in both directions; the first is half a step from the frame's corner. */
  step: number;
  /** Modality values, row by row; NaN where a shutter covers the pixel or where it is padding. */
  values: Float32Array;
}

/** Takes the modality values of a lattice of pixels. */
export function sampleLattice(
  { rows, columns, words }: Omit<StoredFrame, "reduction">,
  { padding }: Pick<ImagePixel, "padding">,
  storedOf: (word: number) => number,
  modality: (stored: number) => number,
  shutter: Spans | undefined,
): Lattice {
  const step = Math.max(1, Math.floor(Math.sqrt((rows * columns) / SAMPLES)));
  const first = step >> 1;
  const width = Math.ceil((columns - first) / step);
  const height = Math.ceil((rows - first) / step);
  const values = new Float32Array(width * height).fill(Number.NaN);
  const everything = [0, columns];
  for (let y = 0; y < height; y++) {
    const row = first + y * step;
    const spans = shutter ? shutter(row) : everything;
    for (let at = 0; at + 1 < spans.length; at += 2) {
      const from = Math.max(0, Math.ceil((spans[at]! - first) / step));
      for (let x = from; first + x * step < spans[at + 1]!; x++) {
        const stored = storedOf(words[row * columns + first + x * step]!);
        if (padding && stored >= padding[0] && stored <= padding[1]) continue;
        values[y * width + x] = modality(stored);
      }
    }
  }
  return { width, height, step, values };
}
