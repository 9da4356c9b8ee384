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
  const adder = rowAdder(12, 3 * 10, 3);
  adder.table.forEach((_, word) => {
    adder.table[word] = word / 2;
  });
  adder.words.set(Array.from({ length: 30 }, (_, at) => (at % 2 ? 65535 - at : at)));
  adder.weights.set([1, 0.5, 0.25]);
  adder.sums.fill(1);
  adder.add(3, 10, 1, 2, 8);
  const added = (column: number) =>
    [0, 1, 2].reduce((sum, row) => sum + (2 ** -row * adder.words[row * 10 + column]!) / 2, 1);
  const sums = [...adder.sums.subarray(0, 12)];
  assert.deepEqual(
    sums,
    sums.map((_, column) => (column < 2 || column >= 10 ? 1 : added(column - 1))),
  );
});

test("what is large is not kept, and what is kept serves again", () => {
  const small = rowAdder(100, 1000, 16);
  assert.equal(rowAdder(50, 1000, 16), small);
  const large = rowAdder(100, 2 ** 23, 16);
  assert.equal(large.words.length, 2 ** 23);
  assert.equal(rowAdder(100, 1000, 16), small);
});
