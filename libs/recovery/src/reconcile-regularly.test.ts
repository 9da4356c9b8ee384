import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { closeStore, connectStore } from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import { type RunningRedis, startRedis, workFolder } from "@redspot/testbed";
import type { Reconciliation } from "./reconcile.ts";
import { reconcileRegularly } from "./reconcile-regularly.ts";

let redis: RunningRedis;

before(async () => {
  redis = await startRedis();
});

after(() => redis.stop());

test("a pass that goes on for ever is left when it is closed, and is no failure", async () => {
  const store = connectStore(redis.url, { prefix: `test-${randomUUID()}` });
  const begun = Promise.withResolvers<void>();
  const endless = {
    async *studies() {
      for (let number = 0; ; number += 1) {
        if (number === 1000) begun.resolve();
        yield { studyInstanceUID: `1.${number}`, sopInstanceUIDs: [], records: [] };
      }
    },
  };
  const told: unknown[] = [];
  const recovery = reconcileRegularly({
    spool: endless as unknown as FileSpool,
    store,
    everyMs: 3_600_000,
    onDone: (reconciliation) => told.push(reconciliation),
    onError: (error) => told.push(error),
  });
  await begun.promise;
  await recovery.close();
  assert.deepEqual(told, []);
  assert.equal(await store.redis.exists(`${store.prefix}:lock:reconcile`), 0, "the next process can begin at once");
  await closeStore(store);
});

test("the lock of a process that was killed over its pass delays the next one's first, and does not have it left out", async () => {
  const store = connectStore(redis.url, { prefix: `test-${randomUUID()}` });
  const folder = workFolder("reconcile-regularly");
  await store.redis.set(`${store.prefix}:lock:reconcile`, "a killed process's", "PX", 200);
  const done = Promise.withResolvers<Reconciliation>();
  const recovery = reconcileRegularly({
    spool: await FileSpool.open(folder.path),
    store,
    everyMs: 3_600_000,
    onDone: done.resolve,
    onError: done.reject,
  });
  assert.equal((await done.promise).instancesNoted, 0);
  await recovery.close();
  await closeStore(store);
  folder.remove();
});
