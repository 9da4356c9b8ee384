import type { Spans } from "../clean/polygon.ts";
import type { StoredFrame } from "../decode/stored-frame.ts";

/** A grey image, row by row. */
export interface Grid {
  width: number;
  height: number;
  greys: Float32Array;
}

/** A rectangle over a frame, in pixels from the frame's upper left corner; its sides may lie within pixels and outside. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Looks every word of the box up in the grey table and averages over the area of each cell, parts of pixels counted as
 * parts: the box filter, exact and free of aliasing (OpenCV's INTER_AREA). What is not open, or outside the frame, is black. Sums run down the
 * rows of a cell first, column by column, which is memory's own order, and then along the row.
 */
export function averageAreas(
  { rows, columns, words }: Omit<StoredFrame, "reduction">,
  table: Float32Array,
  box: Box,
  width: number,
  height: number,
  open?: Spans,
): Grid {
  const greys = new Float32Array(width * height);
  const left = Math.floor(box.x);
  const right = Math.ceil(box.x + box.width);
  const sums = new Float32Array(right - left);
  const everything = [0, columns];
  for (let y = 0; y < height; y++) {
    const start = box.y + (y * box.height) / height;
    const end = box.y + ((y + 1) * box.height) / height;
    sums.fill(0);
    for (let row = Math.max(0, Math.floor(start)); row < end && row < rows; row++) {
      const part = Math.min(end, row + 1) - Math.max(start, row);
      const spans = open ? open(row) : everything;
      for (let at = 0; at + 1 < spans.length; at += 2) {
        const from = Math.max(spans[at]!, left) - left;
        const to = Math.min(spans[at + 1]!, right) - left;
        if (part === 1) addRow(words, row * columns + left, table, sums, from, to);
        else addPartOfRow(words, row * columns + left, table, sums, from, to, part);
      }
    }
    averageRow(sums, box.x - left, box.width, end - start, greys.subarray(y * width, (y + 1) * width));
  }
  return { width, height, greys };
}

type Words = Uint8Array | Uint16Array;

/** Five sixths of all the time that preprocessing takes is spent in this line. */
function addRow(words: Words, at: number, table: Float32Array, sums: Float32Array, from: number, to: number): void {
  for (let column = from; column < to; column++) sums[column]! += table[words[at + column]!]!;
}

function addPartOfRow(
  words: Words,
  at: number,
  table: Float32Array,
  sums: Float32Array,
  from: number,
  to: number,
  part: number,
): void {
  for (let column = from; column < to; column++) sums[column]! += part * table[words[at + column]!]!;
}

/** `sums` cover the box's columns, which begin `offset` into them and are `length` wide. */
function averageRow(sums: Float32Array, offset: number, length: number, cellHeight: number, greys: Float32Array): void {
  const width = greys.length;
  const perArea = width / (length * cellHeight);
  for (let x = 0; x < width; x++) {
    const start = offset + (x * length) / width;
    const end = offset + ((x + 1) * length) / width;
    const first = Math.floor(start);
    const last = Math.min(Math.ceil(end), sums.length) - 1;
    let sum = sums[first]! * (Math.min(end, first + 1) - start);
    for (let column = first + 1; column < last; column++) sum += sums[column]!;
    if (last > first) sum += sums[last]! * (end - last);
    greys[x] = sum * perArea;
  }
}
