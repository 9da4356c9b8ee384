import assert from "node:assert/strict";
import { test } from "node:test";
import { closeStore, connectStore, StudyLedger, StudyQueue, workOn } from "@redspot/queue";
import { startRedis } from "@redspot/testbed";
import { forget } from "./forget.ts";

test("a study that a worker takes up while its files are deleted is not called forgotten", async (context) => {
  const redis = await startRedis();
  const store = connectStore(redis.url);
  const job = { studyInstanceUID: "1.2", revision: 1 };
  await new StudyLedger(store).noteInstance({
    ...job,
    sopInstanceUID: "1.2.1",
    sopClassUID: "1",
    isImage: true,
    bytes: 1,
  });
  const queue = new StudyQueue(store, "report");
  await queue.add(job);
  const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const work = async () => {
    begun.resolve();
    await end.promise;
  };
  let worker: ReturnType<typeof workOn> | undefined;
  const spool = {
    countFiles: async () => 1,
    removeStudy: async () => {
      worker = workOn(store, "report", work, { concurrency: 1, onError: assert.ifError });
      await begun.promise;
      return 1;
    },
  };
  context.after(async () => {
    end.resolve();
    await worker?.close();
    await queue.close();
    await closeStore(store);
    await redis.stop();
  });
  await assert.rejects(forget(store, spool, "1.2", { dryRun: false, unread: true }), { code: "STILL_NEEDED" });
});
