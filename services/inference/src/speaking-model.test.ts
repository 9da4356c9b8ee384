import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelChange, NotYet } from "@redspot/queue";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { SpeakingModel } from "./speaking-model.ts";

const model = (letter: string, refusedAs?: "NOT_FOR_CLINICAL_USE") => ({
  identity: { ...EXAMPLE_MODEL, packageHash: letter.repeat(64) },
  ...(refusedAs ? { refusedAs } : {}),
});
const [A, B] = [model("a"), model("b")];
const nameOf = ({ identity }: typeof A) => ({
  packageHash: identity.packageHash,
  name: identity.name,
  version: identity.version,
});
const given = (number: number, to: typeof A, before: typeof A): ModelChange => ({
  ...{ number, act: "promote", package: nameOf(to), before: nameOf(before) },
  ...{ by: "somebody", why: "", at: number },
});

/** A process with its packages, a Redis and a spool, each no more than the changes that it knows. */
function processWith(
  models: [typeof A, ...(typeof A)[]],
  { redis = [] as ModelChange[], spool = [] as ModelChange[] },
) {
  const changes: [number, string | undefined][] = [];
  const speaking = new SpeakingModel({
    models,
    choice: {
      latest: async () => redis.at(-1),
      history: async () => [...redis],
      change: async (change) => redis.push(change) > 0,
    },
    records: {
      keep: async (change) => {
        spool[change.number - 1] ??= change;
      },
      restore: async () => {
        redis.push(...spool.slice(redis.length));
        return redis.at(-1);
      },
    },
    onChange: (change, chosen) => changes.push([change.number, chosen?.identity.packageHash[0]]),
    onUnrecorded: assert.ifError,
  });
  return { speaking, redis, spool, changes };
}

test("before any change the configured package speaks; a change is followed by the next study, and recorded", async () => {
  const { speaking, redis, spool, changes } = processWith([A, B], {});
  assert.equal(await speaking.now(), A);
  redis.push(given(1, B, A));
  assert.equal(speaking.current, A, "nobody has looked");
  assert.equal(await speaking.now(), B);
  redis.push(given(2, A, B));
  assert.equal(await speaking.now(), A);
  assert.deepEqual(changes, [
    [1, "b"],
    [2, "a"],
  ]);
  assert.deepEqual(spool, redis);
});

test("a process that does not have the package that has the word says so and judges nothing, until it is given back", async () => {
  const { speaking, redis, changes } = processWith([A], { redis: [given(1, B, A)] });
  await assert.rejects(speaking.now(), NotYet);
  assert.equal(speaking.current, undefined);
  redis.push(given(2, A, B));
  assert.equal(await speaking.now(), A);
  assert.deepEqual(changes, [
    [1, undefined],
    [2, "a"],
  ]);
});

test("a package that is not made for patients gets no word where there are patients", async () => {
  const demonstration = model("b", "NOT_FOR_CLINICAL_USE");
  const { speaking } = processWith([A, demonstration], { redis: [given(1, demonstration, A)] });
  await assert.rejects(speaking.now(), NotYet);
});

test("a Redis that has lost the choice is given it back: by who knows it, and by the spool where nobody does", async () => {
  const { speaking, redis, spool, changes } = processWith([A, B], { redis: [given(1, B, A)] });
  assert.equal(await speaking.now(), B);
  redis.length = 0;
  assert.equal(await speaking.now(), B, "not the configured one, without a word");
  assert.equal(redis.length, 1);
  redis.length = 0;
  const later = processWith([A, B], { redis, spool });
  assert.equal(await later.speaking.now(), B);
  assert.deepEqual([changes.length, later.changes.length, redis.length], [1, 1, 1]);
});

test("a record that cannot be written keeps nobody from following", async () => {
  const failures: unknown[] = [];
  const speaking = new SpeakingModel({
    models: [A, B],
    choice: { latest: async () => given(1, B, A), history: async () => [given(1, B, A)], change: async () => true },
    records: { keep: () => Promise.reject(new Error("disk")), restore: async () => given(1, B, A) },
    onChange: () => {},
    onUnrecorded: (error) => failures.push(error),
  });
  assert.equal(await speaking.now(), B);
  assert.match(String(failures), /disk/);
});

test("nobody is judged by the configured package while the spool has not been asked, also where that fails at first", async () => {
  const [redis, spool] = [[] as ModelChange[], [given(1, B, A)]];
  const asked = Array.from({ length: 2 }, () => Promise.withResolvers<void>());
  let times = 0;
  const speaking = new SpeakingModel({
    models: [A, B],
    choice: { latest: async () => redis.at(-1), history: async () => [...redis], change: async () => true },
    records: {
      keep: async () => {},
      restore: async () => {
        await asked[times++]?.promise;
        redis.push(...spool.slice(redis.length));
        return redis.at(-1);
      },
    },
    onChange: () => {},
    onUnrecorded: assert.ifError,
  });
  const both = [speaking.now(), speaking.now()];
  asked[0]?.reject(new Error("spool"));
  for (const one of both) await assert.rejects(one, /spool/);
  const again = [speaking.now(), speaking.now()];
  asked[1]?.resolve();
  assert.deepEqual(await Promise.all(again), [B, B]);
});
