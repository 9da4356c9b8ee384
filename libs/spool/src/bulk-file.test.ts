import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FileSpool, SpoolError } from "./index.ts";

let root: string;
let spool: FileSpool;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "redspot-bulk-"));
  spool = await FileSpool.open(root);
});

after(() => rm(root, { recursive: true }));

async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

test("bulk data comes back as often as it is asked for, whole or its beginning, until it is removed", async () => {
  const content = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, index) => index * 31));
  const data = await spool.receiveBulkData();
  for (let at = 0; at < content.byteLength; at += 300_000) await data.write(content.subarray(at, at + 300_000));
  await data.close();
  await data.close();
  assert.equal(data.byteLength, content.byteLength);
  for (const _again of [1, 2]) assert.ok(content.equals(await collected(data.chunks())));
  assert.ok(content.subarray(0, 1000).equals(await collected(data.chunks({ most: 1000 }))));

  await data.remove();
  await data.remove();
  assert.deepEqual(await readdir(join(root, "tmp")), []);
  await assert.rejects(collected(data.chunks()), (error) => error instanceof SpoolError && error.code === "IO_FAILURE");
});

test("what is removed while it is written, and what has no bytes", async () => {
  const data = await spool.receiveBulkData();
  await data.write(Buffer.from("x"));
  await data.remove();
  const empty = await spool.receiveBulkData();
  await empty.close();
  assert.deepEqual(await collected(empty.chunks()), Buffer.alloc(0));
  await empty.remove();
  assert.deepEqual(await readdir(join(root, "tmp")), []);
});
