import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue } from "bullmq";
import { PermanentFailure, type StudyJob, StudyQueue, workOn } from "./jobs.ts";
import { redisForTests } from "./test-support.ts";

const redis = redisForTests();
const job = { studyInstanceUID: "1.2.3", revision: 1 };

test("a job is done once, however often it is added", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  await Promise.all([queue.add(job), queue.add(job), queue.add({ ...job, revision: 2 })]);
  const done: StudyJob[] = [];
  const second = Promise.withResolvers<void>();
  const worker = workOn(
    store,
    "triage",
    async (one) => {
      done.push(one);
      if (done.length === 2) second.resolve();
    },
    { concurrency: 1, onError: assert.ifError },
  );
  await second.promise;
  await worker.close();
  await queue.add(job);
  assert.deepEqual(done, [job, { ...job, revision: 2 }]);
  assert.deepEqual(await queue.depth(), { waiting: 0, active: 0, delayed: 0, failed: 0 });
  await queue.close();
});

test("a job carries identifiers and nothing else", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "report");
  await queue.add({ ...job, patientName: "Doe^Jane" } as StudyJob);
  const keys = await store.redis.keys(`${store.prefix}:queue:report:*-r1`);
  assert.deepEqual(JSON.parse((await store.redis.hget(keys[0] ?? "", "data")) ?? ""), { version: 1, ...job });
  await queue.close();
});

test("what fails is tried again, and each failure is told", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  await queue.add(job);
  const errors: string[] = [];
  const done = Promise.withResolvers<void>();
  const worker = workOn(
    store,
    "triage",
    async () => {
      if (errors.length === 0) throw new Error("first try");
      done.resolve();
    },
    { concurrency: 1, onError: (error) => errors.push(error.message) },
  );
  await done.promise;
  await worker.close();
  await queue.close();
  assert.deepEqual(errors, ["first try"]);
});

test("what cannot succeed is given up at once, aloud, and counted", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  await queue.add(job);
  const givenUp = Promise.withResolvers<StudyJob>();
  let tries = 0;
  const worker = workOn(
    store,
    "triage",
    async () => {
      tries++;
      throw new PermanentFailure("no such thing");
    },
    { concurrency: 1, onError: () => {}, onGivenUp: async (one) => givenUp.resolve(one) },
  );
  assert.deepEqual(await givenUp.promise, job);
  await worker.close();
  assert.equal(tries, 1);
  assert.equal((await queue.depth()).failed, 1);
  await queue.close();
});

test("a job of a kind that this version does not know fails without being worked on", async () => {
  const store = redis.store();
  const raw = new Queue("triage", { connection: store.redis as never, prefix: `${store.prefix}:queue` });
  await raw.add("triage", { version: 2, studyInstanceUID: "1.2.3", revision: 1 });
  let worked = 0;
  const worker = workOn(store, "triage", async () => void worked++, { concurrency: 1, onError: () => {} });
  const queue = new StudyQueue(store, "triage");
  while ((await queue.depth()).failed === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(worked, 0);
  await worker.close();
  await queue.close();
  await raw.close();
});
