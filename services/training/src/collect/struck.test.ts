import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readStruck } from "./struck.ts";

const work = await mkdtemp(join(tmpdir(), "redspot-struck-"));
after(() => rm(work, { recursive: true }));
const strike = (text: string) => writeFile(join(work, "struck.csv"), text);
const [a, b] = ["a".repeat(32), "b".repeat(32)];

test("nobody has struck anything", async () => {
  assert.equal((await readStruck(work)).size, 0);
  await strike("");
  assert.equal((await readStruck(work)).size, 0);
});

test("ids with a reason or without, a heading or none, as a spreadsheet or a person writes them", async () => {
  await strike(`\ufeffid,reason\r\n${a},"flag, still there"\r\n\r\n${b}\r\n`);
  assert.deepEqual([...(await readStruck(work))], [a, b]);
  await strike(`${b}`);
  assert.deepEqual([...(await readStruck(work))], [b]);
});

test("a line that names no case is named by its number, not by what it says", async () => {
  await strike(`id,reason\n${a},\nMrs Miller,wrong side\n`);
  await assert.rejects(readStruck(work), (error: Error & { code: string }) => {
    assert.equal(error.code, "STRUCK_INVALID");
    assert.match(error.message, /Line 3/);
    assert.doesNotMatch(error.message, /Miller/);
    return true;
  });
});
