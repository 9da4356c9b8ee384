import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "./connection.ts";
import { DeadLetters } from "./dead-letters.ts";
import { FindingStore } from "./finding-store.ts";
import type { JobFailureCode } from "./job-failure.ts";
import { PermanentFailure, StudyQueue, workOn } from "./jobs.ts";
import { StudyLedger } from "./study-ledger.ts";
import { testFinding } from "./test-finding.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();

class Refused extends PermanentFailure {
  readonly code: JobFailureCode = "PACS_REFUSED";
}

/** Queues jobs and works on them until each has been given up. */
async function giveUp(store: Store, queue: "triage" | "report", studies: string[], error: Error): Promise<void> {
  const jobs = new StudyQueue(store, queue);
  for (const studyInstanceUID of studies) await jobs.add({ studyInstanceUID, revision: 1 });
  const worker = workOn(store, queue, () => Promise.reject(error), { concurrency: 2, onError: () => {} });
  while ((await jobs.depth()).failed < studies.length) await new Promise((resolve) => setImmediate(resolve));
  await worker.close();
  await jobs.close();
}

test("a dead letter says what, when, why and what to do, and nothing that the error said", async () => {
  const store = redis.store();
  await giveUp(store, "report", ["1.2.3"], new Refused("about Doe^Jane"));
  const letters = new DeadLetters(store);
  const [letter, ...more] = await Array.fromAsync(letters.list());
  assert.deepEqual(more, []);
  const { at, text, advice, ...rest } = letter!;
  assert.deepEqual(rest, {
    id: "report/1.2.3-r1",
    queue: "report",
    studyInstanceUID: "1.2.3",
    revision: 1,
    tries: 1,
    code: "PACS_REFUSED",
  });
  assert.ok(Math.abs(at.getTime() - Date.now()) < 60_000);
  assert.equal(text, "the PACS refused the report");
  assert.match(advice, /retry/);
  const kept = await store.redis.hgetall(`${store.prefix}:queue:report:1.2.3-r1`);
  assert.doesNotMatch(JSON.stringify(kept), /Doe/);
  await letters.close();
});

test("they are listed by queue and by code, and one is found by its id", async () => {
  const store = redis.store();
  await giveUp(store, "report", ["1.1", "1.2"], new Refused());
  await giveUp(store, "triage", ["1.1"], new PermanentFailure());
  const letters = new DeadLetters(store);
  const ids = async (filter: Parameters<DeadLetters["list"]>[0]) =>
    (await Array.fromAsync(letters.list(filter))).map(({ id }) => id).sort();
  assert.deepEqual(await ids({}), ["report/1.1-r1", "report/1.2-r1", "triage/1.1-r1"]);
  assert.deepEqual(await ids({ queue: "report" }), ["report/1.1-r1", "report/1.2-r1"]);
  assert.deepEqual(await ids({ code: "ANALYSIS_FAILED" }), ["triage/1.1-r1"]);
  assert.equal((await letters.find("report/1.2-r1"))?.studyInstanceUID, "1.2");
  for (const none of ["report/9.9-r1", "report", "other/1.1-r1"]) assert.equal(await letters.find(none), undefined);
  await letters.close();
});

test("a retried report begins with its first try; a discarded one is gone", async () => {
  const store = redis.store();
  await giveUp(store, "report", ["1.1", "1.2"], new Refused());
  const letters = new DeadLetters(store);
  assert.deepEqual(await letters.counts(), [{ queue: "report", code: "PACS_REFUSED", count: 2 }]);
  const [first, second] = await Array.fromAsync(letters.list());
  assert.equal(await letters.retry(first!), true);
  assert.equal(await letters.retry(first!), false, "it is none any more");
  assert.equal(await letters.discard(second!), true);
  assert.equal(await letters.discard(second!), false);
  const queue = new StudyQueue(store, "report");
  assert.deepEqual(await queue.depth(), { waiting: 1, active: 0, delayed: 0, failed: 0 });
  const job = await store.redis.hgetall(`${store.prefix}:queue:${first!.id.replace("/", ":")}`);
  assert.equal(job.atm ?? "0", "0");
  await queue.close();
  await letters.close();
});

test("a study that was given up is judged anew as a new revision, and only once", async () => {
  const store = redis.store();
  const ledger = new StudyLedger(store);
  await ledger.noteInstance(note("1.1", "1.1.1"));
  await ledger.closeRevision("1.1", 1, 0);
  await giveUp(store, "triage", ["1.1"], new PermanentFailure());
  await new FindingStore(store).put(testFinding("1.1", 1));
  const letters = new DeadLetters(store);
  const [letter] = await Array.fromAsync(letters.list());
  assert.equal(await letters.retry(letter!), true);
  assert.equal(await letters.retry(letter!), false);
  const settling = new StudyQueue(store, "settling");
  assert.equal((await settling.depth()).waiting, 1);
  assert.deepEqual(await ledger.closeRevision("1.1", 2, 0), { state: "settled", sopInstanceUIDs: ["1.1.1"] });
  await settling.close();
  await letters.close();
});
