import type { Spans } from "../clean/polygon.ts";
import type { StoredFrame } from "../decode/stored-frame.ts";

/** A grey image, row by row. */
export interface Grid {
  width: number;
  height: number;
  greys: Float32Array;
}

/**
 * A rectangle over a frame, in pixels from the frame's upper left corner; its sides may lie within pixels and outside.
 */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Looks every word of the box up in the grey table and averages over the area of each cell, parts of pixels counted as
 * parts: the box filter, exact and free of aliasing (OpenCV's INTER_AREA). What is not open, or outside the frame, is
 * black. Sums run down the rows of a cell first, column by column, which is memory's own order, and then along the row.
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
  const cells = columnsOf(box.x - left, box.width, width, sums.length);
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
    averageRow(sums, cells, (width * height) / (box.width * box.height), greys, y * width);
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

/** Which columns a cell of a row has, the first and the last of them in part. */
interface Columns {
  first: Int32Array;
  last: Int32Array;
  /** How much of the first and of the last column; of the last 0 where it is the first. */
  ofFirst: Float64Array;
  ofLast: Float64Array;
}

/** Cells over columns that begin `offset` into the sums and reach over `length` of them. */
function columnsOf(offset: number, length: number, width: number, columns: number): Columns {
  const first = new Int32Array(width);
  const last = new Int32Array(width);
  const ofFirst = new Float64Array(width);
  const ofLast = new Float64Array(width);
  for (let x = 0; x < width; x++) {
    const start = offset + (x * length) / width;
    const end = offset + ((x + 1) * length) / width;
    first[x] = Math.floor(start);
    last[x] = Math.min(Math.ceil(end), columns) - 1;
    ofFirst[x] = Math.min(end, first[x]! + 1) - start;
    ofLast[x] = last[x]! > first[x]! ? end - last[x]! : 0;
  }
  return { first, last, ofFirst, ofLast };
}

function averageRow(
  sums: Float32Array,
  { first, last, ofFirst, ofLast }: Columns,
  perArea: number,
  greys: Float32Array,
  at: number,
): void {
  for (let x = 0; x < first.length; x++) {
    const end = last[x]!;
    let sum = sums[first[x]!]! * ofFirst[x]! + sums[end]! * ofLast[x]!;
    for (let column = first[x]! + 1; column < end; column++) sum += sums[column]!;
    greys[at + x] = sum * perArea;
  }
}
