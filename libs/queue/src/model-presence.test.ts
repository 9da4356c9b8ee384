import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelPresence, type ModelProcess } from "./model-presence.ts";
import { redisForTests } from "./test-support.ts";

const redis = redisForTests();
const said = (process: string): ModelProcess => ({ process, mode: "clinical", packages: [], change: 0 });

test("processes are there as long as they say so", async () => {
  const store = redis.store();
  const presence = new ModelPresence(store);
  assert.deepEqual(await presence.processes(), []);
  await presence.say(said("b:1"));
  await presence.say(said("a:1"));
  await presence.say({ ...said("a:1"), change: 3 });
  assert.deepEqual(await presence.processes(), [{ ...said("a:1"), change: 3 }, said("b:1")]);
  await presence.leave("b:1");
  // As after the time for which one is believed.
  await store.redis.del(`${store.prefix}:model-processes:a:1`);
  assert.deepEqual(await presence.processes(), []);
  assert.equal(await store.redis.exists(`${store.prefix}:model-processes`), 0, "and none is remembered for ever");
});

test("what is said is forgotten by itself", async () => {
  const store = redis.store();
  await new ModelPresence(store).say(said("a:1"));
  const seconds = await store.redis.ttl(`${store.prefix}:model-processes:a:1`);
  assert.ok(seconds > 0 && seconds <= 30);
});
