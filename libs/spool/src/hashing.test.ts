import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Blocks } from "./blocks.ts";
import { Hashing } from "./hashing.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("hashes that come in between each other are kept apart", async () => {
  const blocks = new Blocks(2);
  const hashing = new Hashing(blocks.memory);
  const [one, other] = [await blocks.take(), await blocks.take()];
  one.bytes.fill(1);
  other.bytes.fill(2);
  const [first, second, none] = [hashing.begin(), hashing.begin(), hashing.begin()];
  void first.update(one, 1000);
  void second.update(other, 2000);
  void first.update(other, 3);
  second.drop();
  const expected = new Uint8Array(1003).fill(1, 0, 1000).fill(2, 1000);
  assert.equal(await first.digest(), sha256(expected));
  assert.equal(await none.digest(), sha256(new Uint8Array(0)));
});

test("a thread that dies fails what it had begun, and the next one begins in a new thread", async () => {
  const blocks = new Blocks(1);
  const hashing = new Hashing(blocks.memory);
  const block = await blocks.take();
  const begun = hashing.begin();
  await begun.update(block, 10);
  // Outside the memory: the thread throws.
  await assert.rejects(begun.update({ ...block, offset: blocks.memory.byteLength }, 1), RangeError);
  await assert.rejects(begun.update(block, 10), RangeError, "it cannot go on as if nothing had been");
  await assert.rejects(begun.digest(), RangeError);
  assert.equal(await hashing.begin().digest(), sha256(new Uint8Array(0)));
});
