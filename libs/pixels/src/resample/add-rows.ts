import { readFileSync } from "node:fs";

// TypeScript knows WebAssembly as a part of the browser only.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (compiled: object) => { exports: object };
};

/** Addresses, and `stride`, in bytes; `columns` is a multiple of four. */
interface Exports {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  addRows(words: number, stride: number, rows: number, weights: number, sums: number, columns: number): void;
  addCells(cells: number, cellsEnd: number, greys: number, factor: number): void;
}

const compiled = new WebAssembly.Module(readFileSync(new URL("./add-rows.wasm", import.meta.url)));

/** So many words there are, and entries in the table. */
const TABLE_LENGTH = 2 ** 16;
const PAGE_BYTES = 2 ** 16;
const CELL_BYTES = 16;
/** A machine that has come to be larger than this is not kept: WebAssembly memory never shrinks. */
const MOST_BYTES_KEPT = 8 * 2 ** 20;

/** How much room there is for each. */
export interface AdderSizes {
  rows: number;
  words: number;
  sums: number;
  cells: number;
}

/**
 * Adds up rows of pixel data that are looked up in a table, column by column, and columns to cells, in the memory of
 * `add-rows.wat`.
 */
export interface RowAdder {
  /** What each word stands for. */
  table: Float32Array;
  /** For each of the rows, how much it counts. */
  weights: Float32Array;
  /** The sums, column by column. */
  sums: Float32Array;
  /** The rows, one after the other. */
  words: Uint16Array;
  /** The cells, when `addCells` has been called. */
  greys: Float32Array;
  /**
   * Adds so many rows, of so many columns each, from one column on to another to the sums: from `sums[to]` on, for
   * `length` columns, a multiple of four.
   */
  addRows(rows: number, columns: number, from: number, to: number, length: number): void;
  /** Says which sums a cell has, from the first to the last of them, and how much of these two. */
  setCell(cell: number, first: number, last: number, ofFirst: number, ofLast: number): void;
  /** Makes greys of so many cells: what each has of the sums, times the factor. */
  addCells(count: number, factor: number): void;
}

let kept: (RowAdder & { sizes: AdderSizes }) | undefined;

/** A row adder with room for so much; the one of before where it is large enough. What is in it stays from then. */
export function rowAdder(sizes: AdderSizes): RowAdder {
  const fits = (Object.keys(sizes) as (keyof AdderSizes)[]).every((one) => kept && kept.sizes[one] >= sizes[one]);
  if (kept && fits) return kept;
  const { memory, addRows, addCells } = new WebAssembly.Instance(compiled).exports as Exports;
  let bytes = 4 * TABLE_LENGTH;
  const room = (size: number) => {
    const at = bytes;
    bytes += CELL_BYTES * Math.ceil(size / CELL_BYTES);
    return at;
  };
  const weights = room(4 * sizes.rows);
  const cells = room(CELL_BYTES * sizes.cells);
  const greys = room(4 * sizes.cells);
  const sums = room(4 * sizes.sums);
  const words = room(2 * sizes.words);
  memory.grow(Math.ceil(bytes / PAGE_BYTES) - 1);
  const { buffer } = memory;
  const view = new DataView(buffer);
  const made: RowAdder = {
    table: new Float32Array(buffer, 0, TABLE_LENGTH),
    weights: new Float32Array(buffer, weights, sizes.rows),
    sums: new Float32Array(buffer, sums, sizes.sums),
    words: new Uint16Array(buffer, words, sizes.words),
    greys: new Float32Array(buffer, greys, sizes.cells),
    addRows: (rows, columns, from, to, length) =>
      addRows(words + 2 * from, 2 * columns, rows, weights, sums + 4 * to, length),
    setCell(cell, first, last, ofFirst, ofLast) {
      const at = cells + CELL_BYTES * cell;
      view.setInt32(at, sums + 4 * first, true);
      view.setInt32(at + 4, sums + 4 * last, true);
      view.setFloat32(at + 8, ofFirst, true);
      view.setFloat32(at + 12, ofLast, true);
    },
    addCells: (count, factor) => addCells(cells, cells + CELL_BYTES * count, greys, factor),
  };
  if (bytes <= MOST_BYTES_KEPT) kept = { ...made, sizes };
  return made;
}
