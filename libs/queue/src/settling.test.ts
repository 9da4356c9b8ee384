import assert from "node:assert/strict";
import { test } from "node:test";
import { type StudyJob, StudyQueue, workOn } from "./jobs.ts";
import { settleStudies } from "./settling.ts";
import { StudyLedger } from "./study-ledger.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();

test("a study that has stopped growing goes to triage once, whole", async () => {
  const store = redis.store();
  const ledger = new StudyLedger(store);
  const settling = new StudyQueue(store, "settling");
  const settleMs = 200;
  for (const sopInstanceUID of ["1.1", "1.2", "1.3"]) {
    const { openRevision } = await ledger.noteInstance(note("1.2.3", sopInstanceUID));
    await settling.add({ studyInstanceUID: "1.2.3", revision: openRevision ?? 0 }, settleMs);
  }
  const triaged: StudyJob[] = [];
  const first = Promise.withResolvers<void>();
  const settler = settleStudies(store, { settleMs, onError: assert.ifError });
  const triage = workOn(
    store,
    "triage",
    async (job) => {
      triaged.push(job);
      first.resolve();
    },
    { concurrency: 1, onError: assert.ifError },
  );
  await first.promise;
  await settler.close();
  await triage.close();
  await settling.close();
  assert.deepEqual(triaged, [{ studyInstanceUID: "1.2.3", revision: 1 }]);
  assert.equal((await ledger.instancesOf("1.2.3", 1)).length, 3);
});

test("the settling job of a study that still grows waits on, and what came late is in the revision", async () => {
  const store = redis.store();
  const ledger = new StudyLedger(store);
  const settling = new StudyQueue(store, "settling");
  await ledger.noteInstance(note("1.2.3", "1.1"));
  // Due at once, while the study has just grown: the job has to put itself off.
  await settling.add({ studyInstanceUID: "1.2.3", revision: 1 }, 0);
  const settler = settleStudies(store, { settleMs: 600, onError: assert.ifError });
  while ((await settling.depth()).delayed === 0) await new Promise((resolve) => setImmediate(resolve));
  await ledger.noteInstance(note("1.2.3", "1.2"));
  const triaged = Promise.withResolvers<StudyJob>();
  const triage = workOn(store, "triage", async (job) => triaged.resolve(job), {
    concurrency: 1,
    onError: assert.ifError,
  });
  await triaged.promise;
  assert.equal((await ledger.instancesOf("1.2.3", 1)).length, 2);
  await settler.close();
  await triage.close();
  await settling.close();
});

test("a study that was forgotten while its job was in hand goes nowhere, and nothing is written of it", async () => {
  const store = redis.store();
  const settling = new StudyQueue(store, "settling");
  await settling.add({ studyInstanceUID: "1.2.3", revision: 1 }, 0);
  const tried = Promise.withResolvers<void>();
  const settler = settleStudies(store, { settleMs: 0, onTried: () => tried.resolve(), onError: assert.ifError });
  await tried.promise;
  await settler.close();
  await settling.close();
  const triage = new StudyQueue(store, "triage");
  assert.deepEqual(await triage.depth(), { waiting: 0, active: 0, delayed: 0, failed: 0 });
  await triage.close();
  assert.deepEqual(await store.redis.keys(`${store.prefix}:study:*`), []);
});
