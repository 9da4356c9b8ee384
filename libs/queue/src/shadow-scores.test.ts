import assert from "node:assert/strict";
import { test } from "node:test";
import { type ShadowNote, ShadowScores } from "./shadow-scores.ts";
import { redisForTests } from "./test-support.ts";

const redis = redisForTests();
const DAY = 24 * 3600 * 1000;
const score = (logit: number) => ({ logit, probability: 0.5, outcome: "inconclusive" as const });
const note = (study: number, at: number, more: Partial<ShadowNote> = {}): ShadowNote => ({
  ...{ studyInstanceUID: `1.${study}`, revision: 1, at },
  scores: { b: score(1), a: score(2) },
  ...more,
});

test("what two packages said is kept in the order of the findings, whichever is named first", async () => {
  const scores = new ShadowScores(redis.store());
  for (const one of [note(2, 20), note(1, 10), note(3, 30)]) await scores.note(one);
  const kept = await Array.fromAsync(scores.of(["a", "b"]));
  assert.deepEqual(kept, [note(1, 10), note(2, 20), note(3, 30)]);
  assert.deepEqual(await Array.fromAsync(scores.of(["b", "a"], 2)), kept.slice(1));
  assert.equal(await scores.count(["b", "a"]), 3);
  assert.deepEqual(await Array.fromAsync(scores.of(["a", "c"])), []);
  await assert.rejects(scores.note(note(4, 40, { scores: { a: score(1) } })), RangeError);
});

test("a study's latest revision counts, once, whenever it is told", async () => {
  const scores = new ShadowScores(redis.store());
  await scores.note(note(1, 20, { revision: 2 }));
  await scores.note(note(1, 30, { revision: 1 }));
  assert.deepEqual(
    (await Array.fromAsync(scores.of(["a", "b"]))).map(({ revision }) => revision),
    [2],
  );
});

test("no more than so many studies are kept, nor for longer than half a year", async () => {
  const store = redis.store();
  const scores = new ShadowScores(store, { most: 3 });
  for (let study = 1; study <= 5; study++) await scores.note(note(study, study));
  const uids = async () =>
    (await Array.fromAsync(scores.of(["a", "b"]))).map(({ studyInstanceUID }) => studyInstanceUID);
  assert.deepEqual(await uids(), ["1.3", "1.4", "1.5"]);
  await scores.note(note(6, 180 * DAY + 5));
  assert.deepEqual(await uids(), ["1.5", "1.6"]);
  for (const key of await store.redis.keys(`${store.prefix}:shadow*`)) assert.ok((await store.redis.ttl(key)) > 0, key);
  assert.equal(await store.redis.hlen(`${store.prefix}:shadow:a:b`), 2, "what is forgotten leaves nothing behind");
});
