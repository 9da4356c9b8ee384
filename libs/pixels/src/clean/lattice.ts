import type { StoredFrame } from "../decode/stored-frame.ts";
import type { StoredBits } from "../grey/stored-values.ts";
import type { ImagePixel } from "../image-pixel.ts";
import type { Spans } from "./polygon.ts";

/** Enough points for percentiles and for straight edges, few enough to cost next to nothing. */
const POINTS = 30_000;
/**
 * Each point is the mean of the corners of a square of so many pixels, so that noise, or a halved frame, changes
 * little.
 */
const PATCH = 4;

/** Points at regular distances over a frame: what is looked at before the frame is. */
export interface Lattice {
  width: number;
  height: number;
  /** Pixels of the frame from one point to the next, in both directions. */
  step: number;
  /** Where in the frame the first point is, in pixels from its left and upper edges. */
  first: number;
  /** The modality value at each point, row by row; NaN where a shutter covers it or there is padding. */
  values: Float32Array;
  /** A single word at each point. */
  words: Uint16Array;
}

/** Takes the modality values of a lattice: the same points of the image whether or not the frame was halved. */
export function sampleLattice(
  { rows, columns, words, reduction }: StoredFrame,
  { padding, ...image }: Pick<ImagePixel, "rows" | "columns" | "padding">,
  { shift, mask, sign }: StoredBits,
  modality: (stored: number) => number,
  shutter: Spans | undefined,
): Lattice {
  const spacing = Math.sqrt((image.rows * image.columns) / POINTS);
  // Steps that a frame halved twice has too; where points are close, single pixels.
  const step =
    (spacing < PATCH ? Math.max(1, Math.floor(spacing)) : PATCH * Math.round(spacing / PATCH)) / 2 ** reduction;
  const patch = spacing < PATCH ? 1 : PATCH / 2 ** reduction;
  const corner = Math.floor((step - patch) / 2);
  const width = Math.floor((columns - corner - patch) / step) + 1;
  const height = Math.floor((rows - corner - patch) / step) + 1;
  const values = new Float32Array(width * height).fill(Number.NaN);
  const points = new Uint16Array(width * height);
  const first = corner + patch / 2;
  const everything = [0, columns];
  const [least, greatest] = padding ?? [1, 0];
  const across = patch - 1;
  const down = across * columns;
  const stored = (index: number) => {
    const value = (((words[index]! >> shift) & mask) ^ sign) - sign;
    return value >= least && value <= greatest ? Number.NaN : value;
  };
  for (let y = 0; y < height; y++) {
    const row = corner + y * step;
    const spans = shutter ? shutter(Math.floor(first + y * step)) : everything;
    for (let at = 0; at + 1 < spans.length; at += 2) {
      for (let x = firstIn(spans[at]!, first, step); x < width && first + x * step < spans[at + 1]!; x++) {
        const at = row * columns + corner + x * step;
        const sum = stored(at) + stored(at + across) + stored(at + down) + stored(at + down + across);
        values[y * width + x] = modality(sum / 4);
        points[y * width + x] = words[at]!;
      }
    }
  }
  return { width, height, step, first, values, words: points };
}

/** 1 where a lattice point lies in what is open and has a value. */
export function openLattice({ width, height, step, first, values }: Lattice, spans: Spans | undefined): Uint8Array {
  const isOpen = new Uint8Array(values.length);
  const everything = [0, first + width * step];
  for (let y = 0; y < height; y++) {
    const row = spans ? spans(Math.floor(first + y * step)) : everything;
    for (let at = 0; at + 1 < row.length; at += 2) {
      for (let x = firstIn(row[at]!, first, step); x < width && first + x * step < row[at + 1]!; x++) {
        if (!Number.isNaN(values[y * width + x]!)) isOpen[y * width + x] = 1;
      }
    }
  }
  return isOpen;
}

/** The first lattice point of a row from a column on. */
function firstIn(column: number, first: number, step: number): number {
  return Math.max(0, Math.ceil((column - first) / step));
}
