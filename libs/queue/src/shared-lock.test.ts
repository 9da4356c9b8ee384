import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, isLeft } from "./shared-lock.ts";
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

test("a lock that nobody holds on to is left; one that somebody does is not; who may end does not wait", async () => {
  const store = redis.store();
  const key = `${store.prefix}:lock:work`;
  const { signal } = new AbortController();
  assert.equal(await isLeft(store, "work", signal), true);
  await store.redis.set(key, "a killed process's", "PX", 100);
  assert.equal(await isLeft(store, "work", signal), true);
  await store.redis.set(key, "another's", "PX", 100);
  const left = isLeft(store, "work", signal);
  await store.redis.pexpire(key, 60_000);
  assert.equal(await left, false);
  const reason = new Error("closing");
  await assert.rejects(isLeft(store, "work", AbortSignal.abort(reason)), reason);
});
