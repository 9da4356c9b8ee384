import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeStore, connectStore, type ModelChange, ModelChoice, type Store } from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import { type RunningRedis, startRedis, workFolder } from "@redspot/testbed";
import { ModelRecords } from "./model-records.ts";

const folder = workFolder("model-records");
let redis: RunningRedis;
let store: Store;

before(async () => {
  redis = await startRedis();
  store = connectStore(redis.url);
});
after(async () => {
  await closeStore(store);
  await redis.stop();
  folder.remove();
});

const named = (letter: string) => ({ packageHash: letter.repeat(64), name: letter, version: "1.0.0" });
const changed = (number: number): ModelChange => ({
  ...{ number, act: "promote", by: "somebody", why: "because", at: number },
  package: named(number % 2 === 1 ? "b" : "a"),
  before: named(number % 2 === 1 ? "a" : "b"),
});

test("what Redis has lost of the changes the spool gives back, by however many processes at a time", async () => {
  const records = new ModelRecords(await FileSpool.open(folder.path));
  const choice = new ModelChoice(store);
  assert.equal(await records.restore(choice), undefined);
  for (const number of [1, 2, 3]) {
    assert.ok(await choice.change(changed(number)));
    await records.keep(changed(number));
  }
  await records.keep({ ...changed(3), by: "somebody else" });
  // As after an AOF that ends a second early, and as after one that is gone.
  for (const lost of [1, 3]) {
    for (let count = 0; count < lost; count++) await store.redis.rpop(`${store.prefix}:model-changes`);
    const restored = await Promise.all(Array.from({ length: 4 }, () => records.restore(choice)));
    assert.deepEqual(new Set(restored.map((change) => change?.number)), new Set([3]));
    assert.deepEqual(await choice.history(), [1, 2, 3].map(changed), "the first record of a number stays");
  }
});
