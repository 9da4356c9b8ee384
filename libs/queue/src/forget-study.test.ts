import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "./connection.ts";
import { FindingStore } from "./finding-store.ts";
import { forgetStudies, type StudyTraces } from "./forget-study.ts";
import { StudyQueue, workOn } from "./jobs.ts";
import { ReadingList } from "./reading-list.ts";
import { ShadowScores } from "./shadow-scores.ts";
import { StudyLedger } from "./study-ledger.ts";
import { testFinding } from "./test-finding.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();
const POLICY = { headStartMs: 240 * 60_000 };
const anna = (at: number) => ({ by: "anna", at });

/** Studies with all that can be known of one: findings, acts, a verdict, a workitem of before, jobs of each queue. */
async function filled(...uids: string[]): Promise<Store> {
  const store = redis.store();
  const [ledger, list, findings] = [new StudyLedger(store), new ReadingList(store), new FindingStore(store)];
  for (const uid of uids) {
    await ledger.noteInstance(note(uid, `${uid}.1`));
    await ledger.closeRevision(uid, 1, 0);
    const finding = testFinding(uid, 1, 0.9);
    await findings.put(finding);
    await list.place(finding, POLICY);
    await list.take(uid, anna(Date.now()));
    await list.disagree(uid, { ...anna(Date.now()), verdict: "no-fracture" });
    await list.complete(uid, anna(Date.now()));
    const score = { logit: 1, probability: 0.9, outcome: "fracture" as const };
    const scores = { a: score, b: score };
    await new ShadowScores(store).note({ studyInstanceUID: uid, revision: 1, at: Date.now(), scores });
    // An image that comes after it was read: another workitem, and another revision.
    await ledger.noteInstance(note(uid, `${uid}.2`));
    for (const name of ["settling", "triage", "report"] as const) {
      const queue = new StudyQueue(store, name);
      await queue.add({ studyInstanceUID: uid, revision: 2 });
      await queue.close();
    }
  }
  return store;
}

/** What there was of one study, forgotten or only looked for. */
async function forgetStudy(store: Store, study: string, options: { dryRun: boolean }) {
  return (await forgetStudies(store, [study], options)).get(study)!;
}

/** Every key of the store with all that it holds, as text. */
async function dump({ redis: client, prefix }: Store): Promise<string[]> {
  const keys = await client.keys(`${prefix}:*`);
  return Promise.all(
    keys.sort().map(async (key) => {
      const kind = await client.type(key);
      const read = {
        string: () => client.get(key),
        hash: () => client.hgetall(key),
        list: () => client.lrange(key, 0, -1),
        set: () => client.smembers(key),
        zset: () => client.zrange(key, "0", "-1", "WITHSCORES"),
        // BullMQ's events, of which it keeps the last thousands.
        stream: () => null,
      }[kind as "string"];
      return `${key} ${JSON.stringify(await read())}`;
    }),
  );
}

test("nothing in Redis names a study that was forgotten, and of others everything is as it was", async () => {
  const [gone, kept] = ["1.2.3", "1.2.30"];
  const store = await filled(gone, kept);
  const of = (uid: string, lines: string[]) => lines.filter((line) => new RegExp(`\\b${uid}(?![0-9])`).test(line));
  const before = await dump(store);
  assert.ok(of(gone, before).length > 8, "there was something to forget");

  const seen = await forgetStudy(store, gone, { dryRun: true });
  assert.deepEqual(await dump(store), before, "a dry run does nothing");
  assert.deepEqual([seen.isOpen, seen.isUnderWay, seen.jobs], [true, false, 3]);

  await forgetStudy(store, gone, { dryRun: false });
  const after = await dump(store);
  assert.deepEqual(of(gone, after), []);
  const only = (lines: string[]) => lines.filter((line) => line.includes(`study:${kept}`)).sort();
  assert.deepEqual(only(after), only(before));
  assert.deepEqual(
    (await new ReadingList(store).page()).map(({ studyInstanceUID }) => studyInstanceUID),
    [kept],
  );

  assert.deepEqual((await forgetStudy(store, gone, { dryRun: false })).keys, []);
});

test("several are forgotten together as each would be alone, and those that nobody has told of are left", async () => {
  const [one, other, kept] = ["1.2.3", "1.2.4", "1.2.30"];
  const [store, alone] = await Promise.all([filled(one, other, kept), filled(one, other, kept)]);
  const together = await forgetStudies(store, [one, other, "1.9"], { dryRun: false });
  const each = await Promise.all([one, other, "1.9"].map((uid) => forgetStudy(alone, uid, { dryRun: false })));
  const counted = ({ keys, places, jobs, isOpen }: StudyTraces) => [keys.length, places, jobs, isOpen];
  assert.deepEqual([...together.values()].map(counted), each.map(counted));
  const names = await dump(store);
  for (const uid of [one, other]) assert.ok(!names.some((line) => new RegExp(`\\b${uid}(?![0-9])`).test(line)), uid);
  assert.deepEqual(
    (await new ReadingList(store).page()).map(({ studyInstanceUID }) => studyInstanceUID),
    [kept],
  );
});

test("a study that a worker has in hand is left", async () => {
  const store = redis.store();
  await new StudyLedger(store).noteInstance(note("1.2.3", "1.2.3.1"));
  const queue = new StudyQueue(store, "triage");
  await queue.add({ studyInstanceUID: "1.2.3", revision: 1 });
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: end, resolve: finish } = Promise.withResolvers<void>();
  const worker = workOn(
    store,
    "triage",
    () => {
      begin();
      return end;
    },
    { concurrency: 1, onError: () => {} },
  );
  await begun;
  assert.equal((await forgetStudy(store, "1.2.3", { dryRun: false })).isUnderWay, true);
  assert.equal((await new ReadingList(store).page()).length, 1);
  finish();
  await worker.close();
  await queue.close();
});
