import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue } from "bullmq";
import { type JobTry, PermanentFailure, type StudyJob, StudyQueue, workOn } from "./jobs.ts";
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

test("a job that is renewed is done again, after one that is under way, and not twice where it still waits", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "announce");
  let done = 0;
  const [begun, mayEnd, again] = [0, 0, 0].map(() => Promise.withResolvers<void>()) as [
    PromiseWithResolvers<void>,
    PromiseWithResolvers<void>,
    PromiseWithResolvers<void>,
  ];
  const work = async () => {
    done += 1;
    begun.resolve();
    await mayEnd.promise;
    if (done === 3) again.resolve();
  };
  for (const _ of ["first", "again"]) await queue.renew(job, 10);
  assert.equal((await queue.depth()).waiting, 1);
  const worker = workOn(store, "announce", work, { concurrency: 1, onError: assert.ifError });
  await begun.promise;
  await queue.renew(job, 10);
  assert.deepEqual(await queue.depth(), { waiting: 0, active: 1, delayed: 1, failed: 0 });
  mayEnd.resolve();
  while (done < 2 || (await queue.depth()).active > 0) await new Promise((resolve) => setImmediate(resolve));
  await queue.renew(job, 10);
  await again.promise;
  await worker.close();
  assert.equal(done, 3);
  await queue.close();
});

test("a worker that pauses takes no jobs, and goes on where it is told to", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  const done: StudyJob[] = [];
  const isDone = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const work = async (one: StudyJob) => isDone[done.push(one) - 1]?.resolve();
  const worker = workOn(store, "triage", work, { concurrency: 1, onError: assert.ifError });
  await worker.pause();
  await queue.add(job);
  const other = workOn(redis.again(store), "triage", work, { concurrency: 1, onError: assert.ifError });
  await isDone[0]?.promise;
  await other.close();
  assert.deepEqual(done, [job], "another process does it");
  await worker.resume();
  await queue.add({ ...job, revision: 2 });
  await isDone[1]?.promise;
  await worker.close();
  await queue.close();
});

test("a worker that is closed takes no more jobs, and brings those in its hands to an end", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  const begun = Promise.withResolvers<void>();
  const may = Promise.withResolvers<void>();
  const done: StudyJob[] = [];
  const work = async (one: StudyJob) => {
    begun.resolve();
    await may.promise;
    done.push(one);
  };
  const worker = workOn(store, "triage", work, { concurrency: 2, onError: assert.ifError });
  await queue.add(job);
  await begun.promise;
  const closing = worker.close();
  // This one may come while the worker is still asking for more: then it is in its hands, too.
  await queue.add({ ...job, revision: 2 });
  may.resolve();
  await closing;
  await queue.add({ ...job, revision: 3 });
  assert.deepEqual(done[0], job);
  assert.ok(done.every(({ revision }) => revision < 3));
  assert.deepEqual(await queue.depth(), { waiting: 3 - done.length, active: 0, delayed: 0, failed: 0 });
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

test("a queue tells since when its next job waits, however many there are", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  assert.equal(await queue.oldestWaitingSince(), undefined);
  const before = Date.now();
  await queue.add(job);
  await queue.add({ ...job, revision: 2 }, 60_000);
  const between = Date.now();
  for (let revision = 3; revision < 9; revision++) await queue.add({ ...job, revision });
  const since = (await queue.oldestWaitingSince()) ?? 0;
  assert.ok(since >= before && since <= between, `${since} lies between ${before} and ${between}`);
  await queue.close();
});

test("every try is told of, with how it ended", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  await queue.add(job);
  const tries: JobTry[] = [];
  const over = Promise.withResolvers<void>();
  const worker = workOn(
    store,
    "triage",
    async () => {
      if (tries.length === 0) throw new Error("passes");
      throw new PermanentFailure("does not pass");
    },
    {
      concurrency: 1,
      onError: () => {},
      onTried: (tried) => {
        tries.push(tried);
        if (tries.length === 2) over.resolve();
      },
    },
  );
  await over.promise;
  await worker.close();
  await queue.close();
  assert.deepEqual(
    tries.map(({ queue, outcome, studyInstanceUID }) => [queue, outcome, studyInstanceUID]),
    [
      ["triage", "failed", job.studyInstanceUID],
      ["triage", "given-up", job.studyInstanceUID],
    ],
  );
  const [first, second] = tries as [JobTry, JobTry];
  assert.ok((first.waitMs ?? -1) >= 0 && first.runMs >= 0);
  assert.equal(second.waitMs, undefined);
  assert.ok(second.ageMs >= first.ageMs);
});

test("a destination that is away uses up no try, and is left in peace for as long as it asked", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "report");
  await queue.add(job);
  await queue.add({ ...job, revision: 2 });
  const tried: JobTry[] = [];
  const runs: StudyJob[] = [];
  const done = Promise.withResolvers<void>();
  const worker = workOn(
    store,
    "report",
    async (one) => {
      runs.push(one);
      if (runs.length === 1) throw Object.assign(new Error("away"), { code: "PACS_UNREACHABLE", retryAfterMs: 700 });
    },
    {
      concurrency: 1,
      onError: () => {},
      onTried: (one) => {
        tried.push(one);
        if (tried.length === 3) done.resolve();
      },
    },
  );
  await done.promise;
  assert.equal(runs.length, 3);
  assert.deepEqual(
    tried.map(({ outcome, code }) => [outcome, code]),
    [
      ["failed", "PACS_UNREACHABLE"],
      ["done", undefined],
      ["done", undefined],
    ],
  );
  await worker.close();
  for (const revision of [1, 2]) {
    assert.equal(await store.redis.hget(`${store.prefix}:queue:report:1.2.3-r${revision}`, "atm"), "1");
  }
  await queue.close();
});

test("what must be left behind when a job is given up is tried until it is there", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  await queue.add(job);
  const givenUp = Promise.withResolvers<void>();
  let times = 0;
  const worker = workOn(store, "triage", () => Promise.reject(new PermanentFailure()), {
    concurrency: 1,
    onError: () => {},
    onGivenUp: async () => {
      times += 1;
      if (times === 1) throw new Error("no finding could be stored");
      givenUp.resolve();
    },
  });
  await givenUp.promise;
  while ((await queue.depth()).failed === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(times, 2);
  await worker.close();
  await queue.close();
});
