import type { Spans } from "../clean/polygon.ts";
import type { StoredFrame } from "../decode/stored-frame.ts";
import { type RowAdder, rowAdder } from "./add-rows.ts";

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
  const atOnce = Math.min(MOST_ROWS_AT_ONCE, rows);
  const adder = rowAdder({ rows: atOnce, words: atOnce * columns, sums: right - left, cells: width });
  adder.table.set(table);
  const sums = adder.sums.subarray(0, right - left);
  placeCells(adder, box.x - left, box.width, width, sums.length);
  const band: Band = { words, columns, left, right, open: open ?? (() => [0, columns]), adder };
  for (let y = 0; y < height; y++) {
    const start = Math.max(0, box.y + (y * box.height) / height);
    const end = Math.min(rows, box.y + ((y + 1) * box.height) / height);
    sums.fill(0);
    for (let row = Math.floor(start); row < end; row += atOnce) {
      addRows(band, row, Math.min(atOnce, Math.ceil(end) - row), start, end);
    }
    adder.addCells(width, (width * height) / (box.width * box.height));
    greys.set(adder.greys.subarray(0, width), y * width);
  }
  return { width, height, greys };
}

/** A cell of the largest images has so many; a taller one takes its rows in several goes. */
const MOST_ROWS_AT_ONCE = 16;

/** What is being summed, from column `left` to column `right`. */
interface Band {
  words: Uint8Array | Uint16Array;
  columns: number;
  left: number;
  right: number;
  open: Spans;
  adder: RowAdder;
}

/**
 * Adds so many rows, each by the part of it that lies between `start` and `end`: together where all of them are open, and
 * one by one beside that.
 */
function addRows(band: Band, row: number, count: number, start: number, end: number): void {
  const { words, columns, left, right, open, adder } = band;
  let [from, to] = [Math.max(0, left), Math.min(columns, right)];
  for (let i = 0; i < count; i++) {
    adder.weights[i] = Math.min(end, row + i + 1) - Math.max(start, row + i);
    const spans = open(row + i);
    // Rows that are open in several places are rare.
    from = spans.length === 2 ? Math.max(from, spans[0]!) : columns;
    to = Math.min(to, spans[1] ?? 0);
  }
  const length = Math.max(0, to - from) & ~3;
  if (length === 0) from = left;
  else {
    adder.words.set(words.subarray(row * columns, (row + count) * columns));
    adder.addRows(count, columns, from, from - left, length);
  }
  for (let i = 0; i < count; i++) addBeside(band, row + i, adder.weights[i]!, from, from + length);
}

/** Adds what is open of a row, but for the columns from `except` to `until`. */
function addBeside(
  { words, columns, left, right, open, adder }: Band,
  row: number,
  part: number,
  except: number,
  until: number,
) {
  const spans = open(row);
  const { sums, table } = adder;
  const add = (from: number, to: number) => {
    for (let column = from; column < to; column++) {
      sums[column - left]! += part * table[words[row * columns + column]!]!;
    }
  };
  for (let i = 0; i + 1 < spans.length; i += 2) {
    const [from, to] = [Math.max(spans[i]!, left), Math.min(spans[i + 1]!, right)];
    add(from, Math.min(to, except));
    add(Math.max(from, until), to);
  }
}

/** Cells over columns that begin `offset` into the sums and reach over `length` of them, the outermost ones in part. */
function placeCells(adder: RowAdder, offset: number, length: number, width: number, columns: number): void {
  for (let x = 0; x < width; x++) {
    const start = offset + (x * length) / width;
    const end = offset + ((x + 1) * length) / width;
    const first = Math.floor(start);
    const last = Math.min(Math.ceil(end), columns) - 1;
    adder.setCell(x, first, last, Math.min(end, first + 1) - start, last > first ? end - last : 0);
  }
}
