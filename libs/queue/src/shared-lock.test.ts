import assert from "node:assert/strict";
import { test } from "node:test";
import { alone } from "./shared-lock.ts";
import { redisForTests } from "./test-support.ts";

const redis = redisForTests();

test("one does it while others hear that it is being done, and after it, also if it failed, the next may", async () => {
  const store = redis.store();
  const inside = Promise.withResolvers<string>();
  const first = alone(store, "work", () => inside.promise);
  while ((await store.redis.exists(`${store.prefix}:lock:work`)) === 0);
  assert.equal(await alone(store, "work", async () => "second"), undefined);
  assert.equal(await alone(store, "other work", async () => "other"), "other");
  inside.resolve("first");
  assert.equal(await first, "first");
  await assert.rejects(
    alone(store, "work", () => Promise.reject(new Error("failed"))),
    /failed/,
  );
  assert.equal(await alone(store, "work", async () => "third"), "third");
});

test("a lock that another holds by now is left to it", async () => {
  const store = redis.store();
  const key = `${store.prefix}:lock:work`;
  await alone(store, "work", async () => void (await store.redis.set(key, "another's")));
  assert.equal(await store.redis.get(key), "another's");
});
