import assert from "node:assert/strict";
import { test } from "node:test";
import { giveBack } from "./give-back.ts";

test("a chunk that is all of its memory is gone, a part of something larger stays", () => {
  const whole = new Uint8Array(100_000);
  giveBack(whole);
  assert.equal(whole.byteLength, 0);

  const larger = new Uint8Array(10).fill(7);
  giveBack(larger.subarray(0, 5));
  assert.deepEqual([...larger], Array(10).fill(7));

  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
  giveBack(shared);
  assert.equal(shared[3], 7);
});
