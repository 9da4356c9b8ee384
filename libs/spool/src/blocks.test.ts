import assert from "node:assert/strict";
import { test } from "node:test";
import { type Block, Blocks } from "./blocks.ts";
import { DIRECT_UNIT_BYTES } from "./direct-io.ts";

const BLOCK_BYTES = 128 * 1024;

test("blocks lie side by side in one memory, each at a page", async () => {
  const blocks = new Blocks({ count: 2, bytes: BLOCK_BYTES });
  const [one, other] = [(await blocks.take()).bytes, (await blocks.take()).bytes];
  assert.equal(one.buffer, other.buffer);
  assert.deepEqual([one.byteOffset, other.byteOffset].sort(), [0, BLOCK_BYTES]);
  assert.equal(one.byteLength, BLOCK_BYTES);
  assert.equal(BLOCK_BYTES % DIRECT_UNIT_BYTES, 0);
});

test("where none is left, the quietest holder gives his away, and who waits gets it in turn", async () => {
  const blocks = new Blocks({ count: 2, bytes: BLOCK_BYTES });
  const asked: string[] = [];
  const holder = (name: string, block: Block) => ({
    yieldBlock() {
      asked.push(name);
      blocks.passed(this);
      blocks.release(block);
    },
  });
  const loud = holder("loud", await blocks.take());
  const quiet = holder("quiet", await blocks.take());
  blocks.held(loud);
  blocks.held(quiet);
  blocks.held(loud);
  await blocks.take();
  assert.deepEqual(asked, ["quiet"]);
  await blocks.take();
  assert.deepEqual(asked, ["quiet", "loud"]);
});

test("who began to wait while nobody held any gets that of the quietest, once somebody does", async () => {
  const blocks = new Blocks({ count: 1, bytes: BLOCK_BYTES });
  const first = await blocks.take();
  const [second, third] = [blocks.take(), blocks.take()];
  const holder = (block: Block) => ({
    yieldBlock() {
      blocks.passed(this);
      blocks.release(block);
    },
  });
  blocks.release(first);
  blocks.held(holder(await second));
  assert.equal(await third, first);
});

test("nobody gives his away half full while one that is on its way back will do", async () => {
  const blocks = new Blocks({ count: 2, bytes: BLOCK_BYTES });
  const [one, other] = [await blocks.take(), await blocks.take()];
  const waiting = [blocks.take(), blocks.take(), blocks.take()];
  const asked: string[] = [];
  const holder = (name: string) => ({ yieldBlock: () => void asked.push(name) });
  blocks.release(one);
  await waiting[0];
  blocks.held(holder("first"));
  assert.deepEqual(asked, []);
  blocks.release(other);
  await waiting[1];
  blocks.held(holder("second"));
  assert.deepEqual(asked, ["first"]);
});

test("those who wait get what comes back, first come, first served", async () => {
  const blocks = new Blocks({ count: 1, bytes: BLOCK_BYTES });
  const block = await blocks.take();
  const order: number[] = [];
  const waiting = [1, 2].map(async (number) => {
    const mine = await blocks.take();
    order.push(number);
    blocks.release(mine);
  });
  blocks.release(block);
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2]);
  assert.equal(await blocks.take(), block);
});
