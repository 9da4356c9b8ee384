/**
 * Old and new versions work side by side on one Redis while an upgrade goes on. version-1.json is what the first version
 * had written, key by key; the schemas below are those by which it reads, frozen.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Finding, findingOf, reason } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { z } from "zod";
import type { Store } from "./connection.ts";
import { DeadLetters } from "./dead-letters.ts";
import { FindingStore } from "./finding-store.ts";
import { type StudyJob, StudyQueue, workOn } from "./jobs.ts";
import { ReadingList } from "./reading-list.ts";
import { StudyLedger } from "./study-ledger.ts";
import { StudyRecovery } from "./study-recovery.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();

type Written = { hash: Record<string, string> } | { string: string } | { list: string[] } | { zset: string[] };
const golden = JSON.parse(readFileSync(new URL("version-1.json", import.meta.url), "utf8")) as Record<string, Written>;

async function writtenByVersion1(): Promise<Store> {
  const store = redis.store();
  for (const [name, written] of Object.entries(golden)) {
    const key = `${store.prefix}:${name}`;
    if ("hash" in written) await store.redis.hset(key, written.hash);
    else if ("string" in written) await store.redis.set(key, written.string);
    else if ("list" in written) await store.redis.rpush(key, ...written.list);
    else {
      for (let at = 0; at < written.zset.length; at += 2)
        await store.redis.zadd(key, written.zset[at + 1]!, written.zset[at]!);
    }
  }
  return store;
}

test("what version 1 wrote is understood: list, findings, ledger, jobs and what it gave up", async () => {
  const store = await writtenByVersion1();
  const list = await new ReadingList(store).page();
  assert.deepEqual(
    list.map(({ studyInstanceUID, priority, state, report }) => [studyInstanceUID, priority, state, report.state]),
    [
      ["1.3", "HIGH", "SCHEDULED", "pending"],
      ["1.4", "HIGH", "SCHEDULED", "stored"],
      ["1.1", "MEDIUM", "SCHEDULED", "pending"],
      ["1.2", "MEDIUM", "SCHEDULED", "pending"],
    ],
  );
  assert.equal((await new FindingStore(store).get("1.3", 1))?.outcome, "fracture");
  const ledger = new StudyLedger(store);
  assert.deepEqual(
    (await ledger.instancesOf("1.2", 1)).map(({ sopInstanceUID }) => sopInstanceUID),
    ["1.2.1"],
  );
  assert.equal((await ledger.closeRevision("1.1", 1, 0)).state, "settled");

  for (const [queue, study] of [
    ["triage", "1.2"],
    ["report", "1.3"],
  ] as const) {
    const done = Promise.withResolvers<StudyJob>();
    const worker = workOn(store, queue, async (job) => done.resolve(job), { concurrency: 1, onError: assert.ifError });
    assert.deepEqual(await done.promise, { studyInstanceUID: study, revision: 1 });
    await worker.close();
  }
  const letters = new DeadLetters(store);
  const [letter] = await Array.fromAsync(letters.list());
  assert.deepEqual([letter?.id, letter?.code], ["report/1.5-r1", "UNKNOWN"]);
  await letters.close();
  const recovery = new StudyRecovery(store);
  const [view] = await recovery.views(["1.4"]);
  assert.deepEqual(
    [view?.settledRevision, view?.hasFinding, view?.report, view?.isListed],
    [1, true, { state: "stored", sopInstanceUID: "2.25.4" }, true],
  );
  await recovery.close();
});

const uid = z.string().regex(/^[0-9.]{1,64}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const probability = z.number().min(0).max(1);

/** How version 1 reads. */
const version1 = {
  job: z.object({ version: z.literal(1), studyInstanceUID: uid, revision: z.int().positive() }),
  note: z.object({ sopClassUID: uid, isImage: z.boolean(), bytes: z.number() }),
  finding: (() => {
    const codes = z.enum(
      (
        "NO_IMAGE NOT_A_RADIOGRAPH FOR_PROCESSING NOT_A_WRIST BODY_PART_UNKNOWN NOT_LATERAL VIEW_UNKNOWN " +
        "OPEN_GROWTH_PLATES UNREADABLE_INSTANCE NO_PIXEL_DATA EMPTY_IMAGE IMAGE_TOO_LARGE MULTI_FRAME " +
        "UNSUPPORTED_PHOTOMETRIC UNSUPPORTED_BIT_DEPTH MALFORMED_LUT UNSUPPORTED_TRANSFER_SYNTAX PIXEL_DATA_TOO_SHORT " +
        "CORRUPT_STREAM ANALYSIS_FAILED"
      ).split(" "),
    );
    const why = z.strictObject({ code: codes, text: z.string() });
    const analysed = z.strictObject({
      sopInstanceUID: uid,
      sopClassUID: uid,
      analysed: z.literal(true),
      logit: z.number(),
      probability,
      laterality: z.enum(["L", "R"]).optional(),
      activationMap: z.array(z.number()).length(64),
    });
    const passed = z.strictObject({ sopInstanceUID: uid, sopClassUID: uid, analysed: z.literal(false), reason: why });
    return z.strictObject({
      version: z.literal(1),
      studyInstanceUID: uid,
      revision: z.int().positive(),
      outcome: z.enum(["fracture", "no-fracture", "inconclusive", "not-analysed"]),
      probability: probability.optional(),
      reason: why.optional(),
      instances: z.array(z.discriminatedUnion("analysed", [analysed, passed])),
      model: z.strictObject({
        name: z.string(),
        version: z.string(),
        intendedUse: z.enum(["demonstration", "clinical"]),
        packageHash: sha256,
        backboneHash: sha256,
        headHash: sha256,
        calibrationHash: sha256,
        cutOff: probability,
        inconclusiveBand: z.strictObject({ low: probability, high: probability }),
        preprocessingVersion: z.string(),
        engine: z.string(),
      }),
      softwareVersion: z.string(),
      analysedAt: z.iso.datetime(),
    });
  })(),
};

function finding(...instances: Finding["instances"]): Finding {
  const analysedAt = new Date("2026-11-02T10:00:00Z");
  return findingOf({
    studyInstanceUID: "1.1",
    revision: 1,
    instances,
    model: EXAMPLE_MODEL,
    softwareVersion: "1",
    analysedAt,
  });
}

const image = { sopInstanceUID: "1.1.1", sopClassUID: "1.2.840.10008.5.1.4.1.1.1" };

test("what is written now is what a reader of version 1 accepts: jobs, notes and findings with all that is new in them", async () => {
  const store = redis.store();
  const key = (...parts: string[]) => [store.prefix, ...parts].join(":");
  await new StudyLedger(store).noteInstance({ ...note("1.1", "1.1.1"), lane: "backlog", site: "north" });
  version1.note.parse(JSON.parse((await store.redis.hget(key("study", "1.1", "instances"), "1.1.1")) ?? ""));

  const traceparent = `00-${"1".repeat(32)}-${"2".repeat(16)}-01`;
  const tracing = { traceparent: () => traceparent, job: <T>(_job: unknown, work: () => Promise<T>) => work() };
  for (const name of ["settling", "triage", "report"] as const) {
    const queue = new StudyQueue({ ...store, tracing }, name);
    await queue.add({ studyInstanceUID: "1.1", revision: 1 });
    const hash = await store.redis.hgetall(key("queue", name, "1.1-r1"));
    const job = JSON.parse(hash.data ?? "");
    version1.job.parse(job);
    assert.equal(job.traceparent, traceparent);
    // It gives up by the count that is in the job.
    assert.ok(JSON.parse(hash.opts ?? "").attempts >= 4);
    await queue.close();
  }

  const seen = { x: 1, y: 2, width: 3, height: 4 };
  const analysed = {
    ...image,
    analysed: true,
    logit: 1,
    probability: 0.7,
    activationMap: Array(64).fill(0),
    seen,
  } as const;
  const whole = finding(
    analysed,
    { ...image, sopInstanceUID: "1.1.2", analysed: false, reason: reason("INSTANCE_REMOVED") },
    { ...image, sopInstanceUID: "1.1.3", analysed: false, reason: reason("NOT_LATERAL") },
  );
  const findings = new FindingStore(store);
  assert.deepEqual(await findings.put(whole), whole, "and nothing of it is lost");
  const stored = version1.finding.parse(JSON.parse((await store.redis.get(key("study", "1.1", "finding-1"))) ?? ""));
  assert.equal(stored.instances.length, 3);

  const unanalysed = { ...finding({ ...image, analysed: false, reason: reason("NOT_RETRIEVED") }), revision: 2 };
  assert.deepEqual(await findings.put(unanalysed), unanalysed);
  version1.finding.parse(JSON.parse((await store.redis.get(key("study", "1.1", "finding-2"))) ?? ""));

  const unreadable = { ...finding({ ...image, analysed: false, reason: reason("UNREADABLE_INSTANCE") }), revision: 3 };
  const removed = { ...finding({ ...image, analysed: false, reason: reason("INSTANCE_REMOVED") }), revision: 3 };
  await findings.put(unreadable);
  assert.deepEqual(await findings.put(removed), unreadable, "what another finding says is not mixed with the first");
});
