import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedKey } from "./shared-key.ts";
import { redisForTests } from "./test-support.ts";

const { store } = redisForTests();

test("all that ask under a name get the same key, others another", async () => {
  const first = store();
  const keys = await Promise.all([sharedKey(first, "a")(), sharedKey(first, "a")(), sharedKey(first, "b")()]);
  assert.equal(keys[0]?.byteLength, 32);
  assert.deepEqual(keys[0], keys[1]);
  assert.notDeepEqual(keys[0], keys[2]);
  assert.notDeepEqual(keys[0], await sharedKey(store(), "a")());
});

test("a key that Redis has lost is another afterwards, and the same for all", async () => {
  const there = store();
  const [a, b] = [sharedKey(there, "a"), sharedKey(there, "a")];
  const before = await a();
  await there.redis.flushdb();
  const after = await a();
  assert.notDeepEqual(after, before);
  assert.deepEqual(await b(), after);
});

test("what is no key is not taken for one", async () => {
  const there = store();
  await there.redis.set(`${there.prefix}:shared-key:a`, "short");
  await assert.rejects(sharedKey(there, "a")(), /no key of 32 bytes/);
});
