import assert from "node:assert/strict";
import { test } from "node:test";
import type { RedisSettings } from "@redspot/queue";
import { redisChecks } from "./redis-checks.ts";

const NOW = new Date("2026-03-01T10:00:00Z");
const good: RedisSettings = {
  version: "7.4.2",
  clock: NOW.getTime(),
  usedBytes: 5e6,
  maxBytes: 0,
  evictionPolicy: "noeviction",
  appendsToFile: true,
  couldWrite: true,
  syncs: "always",
};

async function states(changes: Partial<RedisSettings>) {
  const checks = redisChecks(
    async () => ({ ...good, ...changes }),
    () => NOW,
  );
  return Promise.all(checks.map(async ({ look }) => (await look()).state));
}

test("each setting that loses studies is told", async () => {
  assert.deepEqual(await states({}), ["fine", "fine", "fine", "fine", "fine"]);
  assert.deepEqual((await states({ evictionPolicy: "allkeys-lru" }))[0], "wrong");
  assert.deepEqual((await states({ appendsToFile: false }))[1], "wrong");
  assert.deepEqual((await states({ syncs: "no" }))[1], "wrong");
  assert.deepEqual((await states({ syncs: "everysec" }))[1], "fine");
  assert.deepEqual((await states({ couldWrite: false }))[1], "wrong");
  assert.deepEqual((await states({ version: "6.2.14" }))[2], "doubtful");
  assert.deepEqual((await states({ version: "5.0.3" }))[2], "wrong");
  assert.deepEqual((await states({ usedBytes: 9e8, maxBytes: 1e9 }))[3], "doubtful");
  assert.deepEqual((await states({ clock: NOW.getTime() - 10_000 }))[4], "doubtful");
});
