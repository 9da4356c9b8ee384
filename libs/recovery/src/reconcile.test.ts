import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { dataSetOf, isImage, writePart10 } from "@redspot/dicom";
import {
  closeStore,
  connectStore,
  FindingStore,
  ReadingList,
  type Store,
  StudyLedger,
  StudyQueue,
} from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import { type RunningRedis, startRedis } from "@redspot/testbed";
import { type Finding, findingOf, reason } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { type Reconciliation, reconcile } from "./reconcile.ts";
import { StudyRecords } from "./study-records.ts";

const CR = "1.2.840.10008.5.1.4.1.1.1";
const SR = "1.2.840.10008.5.1.4.1.1.88.34";
const ANALYSED_AT = new Date();
let redis: RunningRedis;
let store: Store;
let root: string;
let spool: FileSpool;
let ledger: StudyLedger;
let records: StudyRecords;
const stores: Store[] = [];

before(async () => {
  redis = await startRedis();
});

after(async () => {
  await Promise.all(stores.map(closeStore));
  await redis.stop();
});

beforeEach(async (context) => {
  root = await mkdtemp(join(tmpdir(), "redspot-recovery-"));
  (context as unknown as { after: (done: () => Promise<void>) => void }).after(() => rm(root, { recursive: true }));
  spool = await FileSpool.open(root);
  store = connectStore(redis.url, { prefix: `test-${randomUUID()}` });
  stores.push(store);
  ledger = new StudyLedger(store);
  records = new StudyRecords(spool);
});

/** Puts an instance into the spool, which came so many seconds ago. */
async function spooled(study: string, instance: string, secondsAgo = 100, sopClassUID = CR): Promise<void> {
  const incoming = await spool.receive();
  await incoming.write(
    writePart10(
      dataSetOf({
        SOPClassUID: sopClassUID,
        SOPInstanceUID: instance,
        StudyInstanceUID: study,
        SeriesInstanceUID: "1.9",
        PatientName: "Doe^Jane",
        ...(sopClassUID === CR ? { Rows: 1, Columns: 1, PixelData: new Uint8Array(2) } : {}),
      }),
    ),
  );
  await incoming.commit({ studyInstanceUID: study, sopInstanceUID: instance });
  const at = new Date(Date.now() - 1000 * secondsAgo);
  await utimes(spool.pathOf(study, instance), at, at);
}

const noted = (study: string, instance: string, sopClassUID = CR) =>
  ledger.noteInstance({
    ...{ studyInstanceUID: study, sopInstanceUID: instance, sopClassUID, isImage: isImage(sopClassUID) },
    bytes: 1,
  });

function finding(study: string, revision: number, ...instances: string[]): Finding {
  return findingOf({
    studyInstanceUID: study,
    revision,
    instances: instances.map((sopInstanceUID) => ({
      ...{ sopInstanceUID, sopClassUID: CR, analysed: false },
      reason: reason("NOT_A_WRIST"),
    })),
    model: EXAMPLE_MODEL,
    softwareVersion: "1",
    analysedAt: ANALYSED_AT,
  });
}

/** The jobs of a queue, whatever state they are in, by their id. */
async function jobs(queue: string): Promise<string[]> {
  const keys = await store.redis.keys(`${store.prefix}:queue:${queue}:*-r*`);
  return keys.map((key) => key.slice(key.lastIndexOf(":") + 1)).sort();
}

async function everything(): Promise<string[]> {
  const keys = await store.redis.keys(`${store.prefix}:*`);
  // BullMQ notes its version whenever a queue is opened.
  return keys.filter((key) => !key.endsWith(":meta"));
}

/** What was found, without what is always told. */
function news({ dryRun, studies, instances, bytes, ...rest }: Reconciliation) {
  return Object.fromEntries(
    Object.entries(rest).filter(([, value]) =>
      typeof value === "object" ? Object.keys(value).length > 0 : value !== 0,
    ),
  );
}

const again = async () => news(await reconcile({ spool, store }));

test("nothing is asked that takes Redis the longer the more jobs wait", async () => {
  for (const study of ["1.1", "1.2", "1.3"]) await spooled(study, `${study}.1`);
  await reconcile({ spool, store });
  await store.redis.config("RESETSTAT");
  assert.deepEqual(news(await reconcile({ spool, store })), {}, "three jobs wait");
  assert.doesNotMatch(await store.redis.info("commandstats"), /cmdstat_(lpos|lrange|lrem):/);
});

describe("where Redis has lost everything", () => {
  test("the list is there again in order of arrival, findings as they were, and each study goes on where it was", async () => {
    // Reported; grown by an image since its finding; settling; with a document that came after.
    await spooled("1.1", "1.1.1", 400);
    await records.keepFinding(finding("1.1", 1, "1.1.1"));
    await spooled("1.2", "1.2.1", 300);
    await spooled("1.2", "1.2.2", 200);
    await records.keepFinding(finding("1.2", 1, "1.2.1"));
    await spooled("1.3", "1.3.1", 100);
    await spooled("1.4", "1.4.1", 350);
    await spooled("1.4", "1.4.2", 50, SR);
    await records.keepFinding(finding("1.4", 2, "1.4.1"));

    const dry = await reconcile({ spool, store, dryRun: true });
    assert.deepEqual(await everything(), [], "a dry run changes nothing");
    assert.deepEqual(news(dry), { instancesNoted: 6, findingsRestored: 3 });

    const result = await reconcile({ spool, store });
    const uids = [...(await Array.fromAsync(spool.studies()))];
    const sizes = uids.flatMap(({ studyInstanceUID, sopInstanceUIDs }) =>
      sopInstanceUIDs.map((uid) => statSync(spool.pathOf(studyInstanceUID, uid)).size),
    );
    const held = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(held > 6 * 132);
    const next = await reconcile({ spool, store, dryRun: true });
    assert.deepEqual([dry.bytes, result.bytes, next.bytes], [held, held, held], "whether Redis knew of them or not");
    assert.equal(result.studies, 4);
    assert.equal(result.instances, 6);
    assert.deepEqual(news(result), {
      instancesNoted: 6,
      findingsRestored: 3,
      queued: { settling: 2, report: 3 },
    });
    const list = await new ReadingList(store).page();
    assert.deepEqual(
      list.map(({ studyInstanceUID }) => studyInstanceUID),
      ["1.1", "1.4", "1.2", "1.3"],
    );
    const findings = new FindingStore(store);
    assert.deepEqual(await findings.get("1.1", 1), finding("1.1", 1, "1.1.1"));
    assert.deepEqual(await findings.get("1.4", 2), finding("1.4", 2, "1.4.1"));
    assert.deepEqual(await jobs("settling"), ["1.2-r2", "1.3-r1"]);
    assert.deepEqual(await jobs("report"), ["1.1-r1", "1.2-r1", "1.4-r2"]);
    const closed = await ledger.closeRevision("1.2", 2, 0);
    assert.deepEqual(closed, { state: "settled", sopInstanceUIDs: ["1.2.1", "1.2.2"] });
    // Nobody has worked on the triage queue since: its job is what is missing now.
    assert.deepEqual(await again(), { queued: { triage: 1 } });
    assert.deepEqual(await again(), {}, "and then nothing");
  });

  test("a Redis of hours ago: a finding that came since gives its study its place, though an earlier one is reported", async () => {
    const stored = { state: "stored", sopInstanceUID: "1.5" } as const;
    await spooled("1.1", "1.1.1", 400);
    await noted("1.1", "1.1.1");
    await ledger.closeRevision("1.1", 1, 0);
    const first = finding("1.1", 1, "1.1.1");
    await new FindingStore(store).put(first);
    await records.keepFinding(first);
    await new ReadingList(store).place(first, { headStartMs: 0 });
    await new ReadingList(store).noteReport({ studyInstanceUID: "1.1", revision: 1 }, stored);
    await records.keepReport("1.1", 1, { sopInstanceUID: "1.5", storedAt: ANALYSED_AT.toISOString() });
    await spooled("1.1", "1.1.2", 300);
    await records.keepFinding(finding("1.1", 2, "1.1.1", "1.1.2"));

    assert.deepEqual(await again(), { instancesNoted: 1, findingsRestored: 1, queued: { report: 1 } });
    assert.deepEqual(await jobs("report"), ["1.1-r2"]);
    assert.deepEqual(await again(), {});
    assert.equal(await records.report("1.1", 2), undefined, "what was stored is the report of the first");
  });

  test("a study of the backlog does not come back as a live one", async () => {
    await spooled("1.1", "1.1.1");
    await spool.putRecord("1.1", "backlog-1", new Uint8Array());
    const lane = async () => {
      await reconcile({ spool, store });
      return (await new ReadingList(store).page())[0]?.lane;
    };
    assert.equal(await lane(), "backlog");
    assert.deepEqual(await jobs("settling"), []);
    assert.deepEqual(await jobs("backlog"), ["1.1-r1"], "no sweep would look at what is on the list");
    // It arrives of itself, is looked at, and only then lost again.
    await noted("1.1", "1.1.1");
    assert.equal(await lane(), "live");
    await store.redis.del(...(await everything()));
    assert.equal(await lane(), "live");
  });
});

describe("where a step is missing", () => {
  test("an acknowledged instance that Redis lost the last second of is noted, and opens a revision", async () => {
    await spooled("1.1", "1.1.1");
    await noted("1.1", "1.1.1");
    await ledger.closeRevision("1.1", 1, 0);
    await spooled("1.1", "1.1.2");
    await new FindingStore(store).put(finding("1.1", 1, "1.1.1"));
    assert.deepEqual(await again(), {
      instancesNoted: 1,
      findingsRecorded: 1,
      queued: { settling: 1, report: 1 },
    });
    assert.deepEqual(await records.finding("1.1", 1), finding("1.1", 1, "1.1.1"), "the spool remembers from now on");
    assert.deepEqual(await again(), {});
  });

  test("an acknowledged image that Redis lost brings the study back that was completed without it", async () => {
    const list = new ReadingList(store);
    for (const study of ["1.1", "1.2", "1.3"]) {
      await noted(study, `${study}.1`);
      await ledger.closeRevision(study, 1, 0);
    }
    await list.complete("1.1", { by: "reader", at: Date.now() });
    await list.complete("1.2", { by: "reader", at: Date.now() });
    await list.withdraw("1.3", { by: "reader", at: Date.now() });
    await spooled("1.1", "1.1.2", 50);
    await spooled("1.2", "1.2.9", 50, SR);
    await spooled("1.3", "1.3.2", 50);
    await reconcile({ spool, store });
    const open = await list.page();
    assert.deepEqual(
      open.map(({ studyInstanceUID, state }) => [studyInstanceUID, state]),
      [["1.1", "SCHEDULED"]],
    );
    assert.ok(Math.abs(Date.now() - 50_000 - open[0]!.arrivedAt) < 20_000, "it waits from when the image came");
    const history = await list.history("1.1");
    assert.equal(history?.at(-1)?.event, "grown");
    await list.complete("1.1", { by: "reader", at: Date.now() });
    await reconcile({ spool, store });
    assert.equal(await list.length(), 0, "once");
  });

  test("a number that a report has is not given to images that came since: they open a revision of their own", async () => {
    // Redis came back from before the first revision was closed, and has noted another image since.
    for (const instance of ["1.1.1", "1.1.2"]) {
      await spooled("1.1", instance);
      await noted("1.1", instance);
    }
    await records.keepFinding(finding("1.1", 1, "1.1.1"));
    assert.deepEqual(await again(), { findingsRestored: 1, queued: { settling: 1, report: 1 } });
    assert.deepEqual(await jobs("settling"), ["1.1-r2"]);
    assert.deepEqual(
      (await ledger.instancesOf("1.1", 1)).map(({ sopInstanceUID }) => sopInstanceUID),
      ["1.1.1"],
    );
    const { sopInstanceUIDs } = (await ledger.closeRevision("1.1", 2, 0)) as { sopInstanceUIDs: string[] };
    assert.deepEqual(sopInstanceUIDs, ["1.1.1", "1.1.2"]);
  });

  test("an open revision without its settling job, a closed one without its triage, a finding without its report", async () => {
    for (const study of ["1.1", "1.2", "1.3"]) await noted(study, `${study}.1`);
    for (const study of ["1.2", "1.3"]) await ledger.closeRevision(study, 1, 0);
    await new FindingStore(store).put(finding("1.3", 1, "1.3.1"));
    assert.deepEqual(await again(), { queued: { settling: 1, triage: 1, report: 1 } });
    assert.deepEqual(
      [await jobs("settling"), await jobs("triage"), await jobs("report")],
      [["1.1-r1"], ["1.2-r1"], ["1.3-r1"]],
    );
    assert.deepEqual(await again(), {});
  });

  test("what has its report, or was given up for good, is left in peace", async () => {
    const list = new ReadingList(store);
    for (const study of ["1.1", "1.2"]) {
      await noted(study, `${study}.1`);
      await ledger.closeRevision(study, 1, 0);
      await new FindingStore(store).put(finding(study, 1, `${study}.1`));
      await list.place(finding(study, 1, `${study}.1`), { headStartMs: 0 });
    }
    await list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, { state: "stored", sopInstanceUID: "1.5" });
    const failed = { state: "failed", code: "PACS_REFUSED", retrying: false } as const;
    await list.noteReport({ studyInstanceUID: "1.2", revision: 1 }, failed);
    assert.deepEqual(await again(), {});
  });

  test("a study that is on no list is put back, in its place", async () => {
    await noted("1.1", "1.1.1");
    await noted("1.2", "1.2.1");
    await store.redis.zrem(`${store.prefix}:reading-list`, "1.1");
    assert.equal((await again()).listed, 1);
    const list = await new ReadingList(store).page();
    assert.deepEqual(
      list.map(({ studyInstanceUID }) => studyInstanceUID),
      ["1.1", "1.2"],
    );
  });

  test("a job that a clock which was ahead has put off for an hour is due at once", async () => {
    await noted("1.1", "1.1.1");
    const settling = new StudyQueue(store, "settling");
    await settling.add({ studyInstanceUID: "1.1", revision: 1 }, 3_600_000);
    await noted("1.2", "1.2.1");
    await settling.add({ studyInstanceUID: "1.2", revision: 1 }, 60_000);
    assert.deepEqual(await again(), { promoted: 1 });
    assert.deepEqual(await settling.depth(), { waiting: 1, active: 0, delayed: 1, failed: 0 });
    await settling.close();
  });
});

describe("the spool", () => {
  test("files that are none of its own, and instances that cannot be read, are told and left", async () => {
    await spooled("1.1", "1.1.1");
    const folder = spool.pathOf("1.1", "1.1.1").replace(/[^/]*$/, "");
    await writeFile(join(folder, "core"), "");
    await writeFile(join(folder, "1.1.2.dcm"), "no DICOM");
    // What the disk does not give fails in the middle of reading, as a folder does.
    await mkdir(join(folder, "1.1.3.dcm"));
    await spooled("1.2", "1.2.1");
    const { strays, unreadable, instancesNoted } = await reconcile({ spool, store });
    assert.match(strays.join(), /^instances\/[0-9a-f]{2}\/1\.1\/core$/);
    assert.deepEqual(unreadable.toSorted(), ["1.1/1.1.2", "1.1/1.1.3"]);
    assert.equal(instancesNoted, 2);
  });

  test("where it fails about one study, the others are mended before that is told", async () => {
    await spooled("1.1", "1.1.1");
    await mkdir(spool.pathOf("1.1", "1.1.1").replace(/[^/]*$/, "finding-1.json"));
    await spooled("1.2", "1.2.1");
    await noted("1.3", "1.3.1");
    await assert.rejects(reconcile({ spool, store }), { name: "SpoolError", code: "IO_FAILURE" });
    assert.deepEqual(await jobs("settling"), ["1.2-r1", "1.3-r1"]);
  });

  test("an instance of which only the meta information can be read is noted by that, to be said not to be readable", async () => {
    await spooled("1.1", "1.1.1");
    const path = spool.pathOf("1.1", "1.1.1");
    const file = await readFile(path);
    await writeFile(path, Buffer.concat([file.subarray(0, 144 + file.readUInt32LE(140)), Buffer.from("no data set")]));
    assert.deepEqual(await again(), { instancesNoted: 1, queued: { settling: 1 } });
    const [note] = await ledger.allInstancesOf("1.1");
    assert.equal(note?.sopClassUID, CR);
  });

  test("images are removed when their report has been stored for long enough, and never before", async () => {
    const list = new ReadingList(store);
    const now = new Date("2090-03-08T00:00:00Z");
    const keepMs = 24 * 3_600_000;
    const studies = { old: "1.1", fresh: "1.2", unreported: "1.3", growing: "1.4" };
    for (const study of Object.values(studies)) {
      await spooled(study, `${study}.1`);
      await noted(study, `${study}.1`);
      await ledger.closeRevision(study, 1, 0);
      await new FindingStore(store).put(finding(study, 1, `${study}.1`));
      await list.place(finding(study, 1, `${study}.1`), { headStartMs: 0 });
      if (study === studies.unreported) continue;
      await list.noteReport({ studyInstanceUID: study, revision: 1 }, { state: "stored", sopInstanceUID: "1.5" });
      const storedAt = study === studies.fresh ? "2090-03-07T12:00:00Z" : "2090-03-01T00:00:00Z";
      await records.keepReport(study, 1, { sopInstanceUID: "1.5", storedAt });
    }
    await noted(studies.growing, `${studies.growing}.2`);
    assert.equal((await reconcile({ spool, store, keepMs, now: () => now, dryRun: true })).removed, 1);
    assert.deepEqual(await spool.list(studies.old), ["1.1.1"]);
    assert.equal((await reconcile({ spool, store, keepMs, now: () => now })).removed, 1);
    for (const study of Object.values(studies)) {
      assert.equal((await spool.list(study)).length, study === studies.old ? 0 : 1, study);
    }
    // What was found is still known, and nothing is done again.
    assert.ok(await records.finding(studies.old, 1));
    assert.equal((await reconcile({ spool, store, keepMs, now: () => now })).removed, 0);
  });

  test("an image that came and is not noted yet keeps those of its study, however long ago that was reported", async () => {
    const now = new Date("2090-03-08T00:00:00Z");
    await spooled("1.1", "1.1.1");
    await noted("1.1", "1.1.1");
    await ledger.closeRevision("1.1", 1, 0);
    const list = new ReadingList(store);
    await new FindingStore(store).put(finding("1.1", 1, "1.1.1"));
    await list.place(finding("1.1", 1, "1.1.1"), { headStartMs: 0 });
    await list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, { state: "stored", sopInstanceUID: "1.5" });
    await records.keepReport("1.1", 1, { sopInstanceUID: "1.5", storedAt: "2090-03-01T00:00:00Z" });
    await spooled("1.1", "1.1.2");
    const { removed, instancesNoted } = await reconcile({ spool, store, keepMs: 1, now: () => now });
    assert.deepEqual([removed, instancesNoted, await spool.list("1.1")], [0, 1, ["1.1.1", "1.1.2"]]);
  });

  test("what is remembered of a swept study goes long after its report, and it can come again", async () => {
    const now = new Date("2090-06-01T00:00:00Z");
    const keepSweptRecordsMs = 30 * 24 * 3_600_000;
    const put = async (study: string, storedAt: string, lane: string | undefined, hasImage = false) => {
      if (hasImage) await spooled(study, `${study}.1`);
      if (lane) await spool.putRecord(study, `${lane}-1`, new Uint8Array());
      await records.keepFinding(finding(study, 1, `${study}.1`));
      await records.keepReport(study, 1, { sopInstanceUID: "1.5", storedAt });
    };
    await put("1.1", "2090-01-01T00:00:00Z", "backlog");
    await put("1.2", "2090-05-30T00:00:00Z", "backlog");
    await put("1.3", "2090-01-01T00:00:00Z", undefined);
    await put("1.4", "2090-01-01T00:00:00Z", "backlog", true);
    const options = { spool, store, keepSweptRecordsMs, now: () => now };
    assert.equal((await reconcile({ ...options, dryRun: true })).recordsRemoved, 1);
    assert.ok(await records.finding("1.1", 1));
    assert.equal((await reconcile(options)).recordsRemoved, 1);
    for (const [study, stays] of [
      ["1.1", false],
      ["1.2", true],
      ["1.3", true],
      ["1.4", true],
    ] as const) {
      assert.equal((await records.finding(study, 1)) !== undefined, stays, study);
    }
    // By the same process, which knew the folder.
    await put("1.1", "2090-05-30T00:00:00Z", "backlog");
    assert.ok(await records.report("1.1", 1));
    assert.equal((await reconcile(options)).recordsRemoved, 0);
  });
});

describe("with a PACS that is asked", () => {
  /** A study that was found and whose report counts as stored, or as on its way. */
  async function found(study: string, isStored: boolean): Promise<void> {
    await spooled(study, `${study}.1`);
    await noted(study, `${study}.1`);
    await ledger.closeRevision(study, 1, 0);
    const list = new ReadingList(store);
    const one = finding(study, 1, `${study}.1`);
    await new FindingStore(store).put(one);
    await records.keepFinding(one);
    await list.place(one, { headStartMs: 0 });
    if (!isStored) return;
    await records.keepReport(study, 1, { sopInstanceUID: `${study}.9`, storedAt: new Date().toISOString() });
    await list.noteReport({ studyInstanceUID: study, revision: 1 }, { state: "stored", sopInstanceUID: `${study}.9` });
  }

  const reportState = async (study: string) => (await new ReadingList(store).get(study))?.report.state;
  const pacs = (holdings: Record<string, string[] | undefined>) => ({
    instancesOf: async (study: string) => holdings[study],
    reportOf: ({ studyInstanceUID }: Finding) => `${studyInstanceUID}.9`,
  });

  test("a report that it has lost is sent again, one that nobody knew of is recorded", async () => {
    await found("1.1", true);
    await found("1.2", true);
    await found("1.3", false);
    await found("1.4", true);
    const asked = pacs({ "1.1": ["1.1.1", "1.1.9"], "1.2": ["1.2.1"], "1.3": ["1.3.1", "1.3.9"], "1.4": ["1.4.1"] });
    await spool.remove("1.4", "1.4.1");

    const dry = await reconcile({ spool, store, pacs: asked, dryRun: true });
    const expected = { reportsFound: 1, reportsMissing: 2, unsendable: ["1.4"] };
    assert.deepEqual(news(dry), { ...expected, queued: { report: 1 } });
    assert.deepEqual(await jobs("report"), [], "a dry run changes nothing");
    assert.ok(await records.report("1.2", 1));

    assert.deepEqual(news(await reconcile({ spool, store, pacs: asked })), { ...expected, queued: { report: 1 } });
    assert.deepEqual(await jobs("report"), ["1.2-r1"]);
    assert.deepEqual([await reportState("1.2"), await records.report("1.2", 1)], ["pending", undefined]);
    assert.equal(await reportState("1.3"), "stored");
    assert.equal((await records.report("1.3", 1))?.sopInstanceUID, "1.3.9");
    // On its way: not a second time.
    const second = await reconcile({ spool, store, pacs: asked });
    assert.deepEqual(news(second), { reportsMissing: 1, unsendable: ["1.4"] });
  });

  test("after a Redis that lost everything a report that it holds is recorded, and its finding still gives the place", async () => {
    await found("1.1", false);
    await store.redis.del(...(await everything()));
    const asked = pacs({ "1.1": ["1.1.1", "1.1.9"] });
    assert.deepEqual(news(await reconcile({ spool, store, pacs: asked })), {
      instancesNoted: 1,
      findingsRestored: 1,
      reportsFound: 1,
      queued: { report: 1 },
    });
  });

  test("one that cannot say, or has nothing of the study, changes nothing; one that does not answer is told", async () => {
    await found("1.1", true);
    await found("1.2", true);
    assert.deepEqual(news(await reconcile({ spool, store, pacs: pacs({ "1.1": undefined, "1.2": [] }) })), {});
    assert.equal(await reportState("1.1"), "stored");
    const away = { ...pacs({}), instancesOf: () => Promise.reject(new Error("away")) };
    await assert.rejects(reconcile({ spool, store, pacs: away }), /away/);
  });

  test("after a Redis that lost everything and images that are gone there is no second report", async () => {
    await found("1.1", true);
    await spool.remove("1.1", "1.1.1");
    await store.redis.del(...(await everything()));
    assert.deepEqual(await again(), { findingsRestored: 1, queued: { report: 1 } });
    // The job finds by this that there is nothing to send (write-report.ts).
    assert.equal((await records.report("1.1", 1))?.sopInstanceUID, "1.1.9");
    const asked = pacs({ "1.1": ["1.1.1", "1.1.9"] });
    assert.deepEqual(news(await reconcile({ spool, store, pacs: asked })), { reportsFound: 1 });
    assert.equal(await reportState("1.1"), "stored");
  });
});
