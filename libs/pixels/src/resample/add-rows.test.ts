import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import wabt from "wabt";
import { rowAdder } from "./add-rows.ts";

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

test("the machine code is that of its source (npm run wasm -w libs/pixels makes it anew)", async () => {
  const source = await readFile(beside("./add-rows.wat"), "utf8");
  const { buffer } = (await wabt()).parseWat("add-rows.wat", source, { simd: true }).toBinary({});
  assert.deepEqual(new Uint8Array(await readFile(beside("./add-rows.wasm"))), buffer);
});

test("rows are looked up, weighted and added to the sums, in the columns asked for and no others", () => {
  const adder = rowAdder({ rows: 3, words: 30, sums: 12, cells: 1 });
  adder.table.forEach((_, word) => {
    adder.table[word] = word / 2;
  });
  adder.words.set(Array.from({ length: 30 }, (_, at) => (at % 2 ? 65535 - at : at)));
  adder.weights.set([1, 0.5, 0.25]);
  adder.sums.fill(1);
  adder.addRows(3, 10, 1, 2, 8);
  const added = (column: number) =>
    [0, 1, 2].reduce((sum, row) => sum + (2 ** -row * adder.words[row * 10 + column]!) / 2, 1);
  const sums = [...adder.sums.subarray(0, 12)];
  assert.deepEqual(
    sums,
    sums.map((_, column) => (column < 2 || column >= 10 ? 1 : added(column - 1))),
  );
});

test("cells are made of the sums, their first and last ones in part", () => {
  const adder = rowAdder({ rows: 1, words: 1, sums: 6, cells: 3 });
  adder.sums.set([1, 10, 100, 1000, 10_000, 100_000]);
  adder.setCell(0, 0, 3, 0.5, 0.25);
  adder.setCell(1, 3, 4, 0.75, 0.5);
  adder.setCell(2, 5, 5, 0.5, 0);
  adder.addCells(3, 2);
  assert.deepEqual([...adder.greys.subarray(0, 3)], [2 * (0.5 + 10 + 100 + 250), 2 * (750 + 5000), 100_000]);
});

test("what is large is not kept, and what is kept serves again", () => {
  const sizes = { rows: 16, words: 16_000, sums: 1000, cells: 299 };
  const small = rowAdder(sizes);
  assert.equal(rowAdder({ ...sizes, sums: 900 }).words.buffer, small.words.buffer);
  assert.equal(rowAdder({ ...sizes, words: 2 ** 23 }).words.length, 2 ** 23);
  assert.equal(rowAdder(sizes).words.buffer, small.words.buffer);
});
