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

test("a key that Redis could not tell is asked for again", async () => {
  const working = store();
  const away = { ...working, redis: Object.create(working.redis) as typeof working.redis };
  away.redis.get = async () => Promise.reject(new Error("Command timed out"));
  const key = sharedKey(away, "a");
  await assert.rejects(key(), /timed out/);
  away.redis.get = working.redis.get.bind(working.redis) as never;
  assert.deepEqual(await key(), await sharedKey(working, "a")());
});
