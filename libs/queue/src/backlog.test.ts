import assert from "node:assert/strict";
import { test } from "node:test";
import { Backlog, type SweepPlan } from "./backlog.ts";
import { PermanentFailure, StudyQueue, workOn } from "./jobs.ts";
import { StudyLedger } from "./study-ledger.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();
const now = new Date("2026-01-01T12:00:00Z");
const plan: SweepPlan = {
  from: "20240101",
  to: "20240103",
  oldestFirst: false,
  modalities: ["CR", "DX"],
  standings: ["unreported"],
};

test("one sweep is under way at a time, and whoever begins another is told of it", async () => {
  const backlog = new Backlog(redis.store());
  assert.equal(await backlog.current(), undefined);
  const begun = await backlog.begin(plan, now);
  assert.deepEqual(begun, {
    plan,
    begunAt: now.getTime(),
    daysDone: 0,
    found: {},
    queued: 0,
    outcomes: {},
    paused: false,
  });
  assert.deepEqual(await backlog.begin({ ...plan, from: "20230101" }, new Date()), begun);
  await backlog.close();
});

test("a day counts once, and in its turn", async () => {
  const backlog = new Backlog(redis.store());
  await backlog.begin(plan, now);
  assert.equal(await backlog.noteDay(0, { unreported: 2, reported: 1 }), true);
  assert.equal(await backlog.noteDay(0, { unreported: 2, reported: 1 }), false);
  assert.equal(await backlog.noteDay(2, { unreported: 5 }), false);
  assert.equal(await backlog.noteDay(1, { unreported: 1 }), true);
  assert.equal(await backlog.noteDay(2, {}), true);
  const sweep = await backlog.current();
  assert.deepEqual([sweep?.daysDone, sweep?.found], [3, { unreported: 3, reported: 1 }]);
  await backlog.close();
});

test("a study is queued once, and its first outcome stays", async () => {
  const store = redis.store();
  const backlog = new Backlog(store);
  await backlog.begin(plan, now);
  await backlog.queue(["1.2.1", "1.2.2", "1.2.3"]);
  await backlog.queue(["1.2.3", "1.2.4"]);
  const queue = new StudyQueue(store, "backlog");
  assert.deepEqual(await queue.depth(), { waiting: 4, active: 0, delayed: 0, failed: 0 });
  await backlog.noteOutcome("1.2.1", { kind: "fracture", probability: 0.9 });
  await backlog.noteOutcome("1.2.1", { kind: "gone" });
  await backlog.noteOutcome("1.2.2", { kind: "not-analysed", reason: "NOT_LATERAL" });
  await backlog.noteOutcome("1.9", { kind: "gone" });
  const sweep = await backlog.current();
  assert.deepEqual([sweep?.queued, sweep?.outcomes], [4, { fracture: 1, "not-analysed": 1 }]);
  const outcomes = [];
  for await (const one of backlog.outcomes()) outcomes.push(one);
  assert.deepEqual(
    outcomes.toSorted((a, b) => (a.studyInstanceUID < b.studyInstanceUID ? -1 : 1)),
    [
      { studyInstanceUID: "1.2.1", outcome: { kind: "fracture", probability: 0.9 } },
      { studyInstanceUID: "1.2.2", outcome: { kind: "not-analysed", reason: "NOT_LATERAL" } },
    ],
  );
  await queue.close();
  await backlog.close();
});

test("studies that Redspot knows are told from those of the sweep", async () => {
  const store = redis.store();
  const backlog = new Backlog(store);
  await backlog.begin(plan, now);
  await backlog.queue(["1.2.1"]);
  const ledger = new StudyLedger(store);
  await ledger.noteInstance(note("1.2.1", "1.2.1.1"));
  await ledger.noteInstance(note("1.2.2", "1.2.2.1"));
  assert.deepEqual(await backlog.among(["1.2.1", "1.2.2", "1.2.3"]), {
    queued: new Set(["1.2.1"]),
    known: new Set(["1.2.2"]),
  });
  assert.deepEqual(await backlog.among([]), { queued: new Set(), known: new Set() });
  await backlog.close();
});

test("while it is paused no study of it is taken, in the order of queueing after that", async () => {
  const store = redis.store();
  const backlog = new Backlog(store);
  await backlog.begin(plan, now);
  await backlog.pause();
  const studies = ["1.2.3", "1.2.1", "1.2.2"];
  await backlog.queue(studies);
  assert.equal((await backlog.current())?.paused, true);
  const queue = new StudyQueue(store, "backlog");
  assert.equal((await queue.depth()).waiting, 3, "they wait all the same");
  await queue.close();
  const taken: string[] = [];
  const all = Promise.withResolvers<void>();
  const worker = workOn(
    store,
    "backlog",
    async ({ studyInstanceUID }) => {
      assert.equal((await backlog.current())?.paused, false);
      if (taken.push(studyInstanceUID) === studies.length) all.resolve();
    },
    { concurrency: 1, onError: assert.ifError },
  );
  await backlog.resume();
  await all.promise;
  await worker.close();
  assert.deepEqual(taken, studies);
  await backlog.close();
});

test("a study that an earlier sweep gave up is queued by the next one as any other", async () => {
  const store = redis.store();
  const backlog = new Backlog(store);
  const failing = async () => {
    const given = Promise.withResolvers<void>();
    const worker = workOn(store, "backlog", () => Promise.reject(new PermanentFailure("gone wrong")), {
      concurrency: 1,
      onGivenUp: async () => given.resolve(),
      onError: () => {},
    });
    await given.promise;
    await worker.close();
  };
  await backlog.begin(plan, now);
  await backlog.queue(["1.2.1"]);
  await failing();
  await backlog.queue(["1.2.1"]);
  const queue = new StudyQueue(store, "backlog");
  assert.deepEqual(await queue.depth(), { waiting: 0, active: 0, delayed: 0, failed: 1 }, "not by the same");
  await backlog.end();
  await backlog.begin(plan, now);
  await backlog.queue(["1.2.1"]);
  assert.deepEqual(await queue.depth(), { waiting: 1, active: 0, delayed: 0, failed: 0 });
  await queue.close();
  await backlog.close();
});

test("a sweep that is ended leaves nothing behind", async () => {
  const store = redis.store();
  const backlog = new Backlog(store);
  await backlog.begin(plan, now);
  await backlog.queue(["1.2.1", "1.2.2"]);
  await backlog.noteDay(0, { unreported: 2 });
  await backlog.noteOutcome("1.2.1", { kind: "gone" });
  await backlog.pause();
  await backlog.end();
  assert.equal(await backlog.current(), undefined);
  assert.deepEqual(await store.redis.keys(`${store.prefix}:sweep*`), []);
  assert.deepEqual(await new StudyQueue(store, "backlog").depth(), { waiting: 0, active: 0, delayed: 0, failed: 0 });
  assert.equal((await backlog.begin(plan, now)).paused, false);
  await backlog.close();
});
