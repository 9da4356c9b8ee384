import { readFileSync } from "node:fs";

// TypeScript knows WebAssembly as a part of the browser only.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (compiled: object) => { exports: object };
};

interface Exports {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  /** Addresses and `stride` in bytes; `columns` a multiple of four. */
  addRows(words: number, stride: number, rows: number, weights: number, sums: number, columns: number): void;
}

const compiled = new WebAssembly.Module(readFileSync(new URL("./add-rows.wasm", import.meta.url)));

/** So many words there are, and entries in the table. */
const TABLE_LENGTH = 2 ** 16;
const PAGE_BYTES = 2 ** 16;
/** A machine that has come to be larger than this is not kept: WebAssembly memory never shrinks. */
const MOST_BYTES_KEPT = 8 * 2 ** 20;

/** Adds up rows of pixel data that are looked up in a table, in the memory of `add-rows.wat`. */
export interface RowAdder {
  /** What each word stands for. */
  table: Float32Array;
  /** For each of the rows, how much it counts. */
  weights: Float32Array;
  /** The sums, column by column. */
  sums: Float32Array;
  /** The rows, one after the other. */
  words: Uint16Array;
  /**
   * Adds so many rows, of so many columns each, from one column on to another to the sums: from `sums[to]` on, for
   * `length` columns, a multiple of four.
   */
  add(rows: number, columns: number, from: number, to: number, length: number): void;
}

let kept: RowAdder | undefined;

/** A row adder with room for so many sums and words and weights; the one of before where it is large enough. */
export function rowAdder(sums: number, words: number, weights: number): RowAdder {
  if (kept && kept.sums.length >= sums && kept.words.length >= words && kept.weights.length >= weights) return kept;
  const { memory, addRows } = new WebAssembly.Instance(compiled).exports as Exports;
  const at = {
    weights: 4 * TABLE_LENGTH,
    sums: 4 * (TABLE_LENGTH + weights),
    words: 4 * (TABLE_LENGTH + weights + sums),
  };
  const bytes = at.words + 2 * words;
  memory.grow(Math.ceil(bytes / PAGE_BYTES) - 1);
  const { buffer } = memory;
  const made: RowAdder = {
    table: new Float32Array(buffer, 0, TABLE_LENGTH),
    weights: new Float32Array(buffer, at.weights, weights),
    sums: new Float32Array(buffer, at.sums, sums),
    words: new Uint16Array(buffer, at.words, words),
    add: (rows, columns, from, to, length) =>
      addRows(at.words + 2 * from, 2 * columns, rows, at.weights, at.sums + 4 * to, length),
  };
  if (bytes <= MOST_BYTES_KEPT) kept = made;
  return made;
}
