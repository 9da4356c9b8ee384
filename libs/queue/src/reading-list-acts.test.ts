import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isImage } from "@redspot/dicom";
import type { Store } from "./connection.ts";
import { ReadingList } from "./reading-list.ts";
import { ReadingListRefusal } from "./reading-list-refusal.ts";
import { StudyLedger } from "./study-ledger.ts";
import { testFinding } from "./test-finding.ts";
import { note, redisForTests } from "./test-support.ts";
import { firstWorkitemUid } from "./workitem-uid.ts";
import { Workitems } from "./workitems.ts";

const redis = redisForTests();
const POLICY = { headStartMs: 240 * 60_000 };
const anna = { by: "anna", at: 1_000 };
const bert = { by: "bert", at: 2_000 };

async function listWith(
  ...uids: string[]
): Promise<{ store: Store; list: ReadingList; order: () => Promise<string[]> }> {
  const store = redis.store();
  const list = new ReadingList(store);
  for (const uid of uids) await new StudyLedger(store).noteInstance(note(uid, `${uid}.1`));
  return { store, list, order: async () => (await list.page()).map((item) => item.studyInstanceUID) };
}

const refused = (code: string, detail: object) => (error: unknown) => {
  assert.ok(error instanceof ReadingListRefusal);
  assert.equal(error.code, code);
  const { studyInstanceUID: _, ...rest } = error.detail;
  assert.deepEqual(rest, detail);
  return true;
};

test("a later finding that says nothing takes no place away; one that says something does", async () => {
  const { store, list, order } = await listWith("1.1", "1.2");
  const placeOf = async () => Number(await store.redis.zscore(`${store.prefix}:reading-list`, "1.2"));
  await list.place(testFinding("1.2", 1, 0.9), POLICY);
  const flagged = await placeOf();
  await list.place(testFinding("1.2", 2), POLICY);
  const item = await list.get("1.2");
  assert.deepEqual([item?.priority, item?.finding?.outcome, item?.finding?.revision], ["HIGH", "not-analysed", 2]);
  assert.deepEqual([await order(), await placeOf()], [["1.2", "1.1"], flagged]);
  await list.disagree("1.2", { ...anna, verdict: "no-fracture" });
  assert.equal((await list.get("1.2"))?.verdict?.outcome, "not-analysed");
  await list.place(testFinding("1.2", 3, 0.1), POLICY);
  assert.deepEqual([await order(), (await list.get("1.2"))?.priority], [["1.1", "1.2"], "MEDIUM"]);
});

describe("taking, completing and bringing back", () => {
  test("who takes a study has it, in its place, until they complete it; another is refused, and told by whom", async () => {
    const { list, order } = await listWith("1.1", "1.2");
    await list.take("1.1", anna);
    await list.take("1.1", { ...anna, at: 1_500 });
    const item = await list.get("1.1");
    assert.deepEqual([item?.state, item?.taken, item?.position], ["IN PROGRESS", anna, 1]);
    const detail = { state: "IN PROGRESS", by: "anna", at: 1_000 };
    await assert.rejects(list.take("1.1", bert), refused("STUDY_TAKEN", detail));
    await assert.rejects(list.complete("1.1", bert), refused("STUDY_TAKEN", detail));
    await list.complete("1.1", { ...anna, at: 3_000 });
    await list.complete("1.1", bert);
    assert.deepEqual(await order(), ["1.2"]);
    const { total, workitems } = await list.doneLines();
    assert.deepEqual([total, workitems[0]?.state, workitems[0]?.ended], [1, "COMPLETED", { by: "anna", at: 3_000 }]);
    await assert.rejects(list.take("1.1", bert), refused("STUDY_ENDED", { state: "COMPLETED", by: "anna", at: 3_000 }));
    await assert.rejects(list.take("1.9", bert), refused("STUDY_UNKNOWN", {}));
  });

  test("of many who take one study at a time one has it", async () => {
    const { list } = await listWith("1.1");
    const takers = Array.from({ length: 50 }, (_, index) => list.take("1.1", { by: `reader-${index}`, at: index }));
    const outcomes = await Promise.allSettled(takers);
    assert.equal(outcomes.filter((one) => one.status === "fulfilled").length, 1);
  });

  test("what was completed is listed latest first, and comes back to its place", async () => {
    const { list, order } = await listWith("1.1", "1.2", "1.3");
    await list.complete("1.1", anna);
    await list.complete("1.2", bert);
    const done = (await list.doneLines()).workitems;
    assert.deepEqual(
      done.map((item) => item.studyInstanceUID),
      ["1.2", "1.1"],
    );
    const [second, first] = done.map(({ ended }) => ended!.at);
    assert.deepEqual(await list.endedBefore(first!), []);
    assert.deepEqual(await list.endedBefore(second!), ["1.1"]);
    assert.deepEqual(await list.endedBefore(second! + 1), ["1.1", "1.2"]);
    assert.equal((await list.get("1.1"))?.position, undefined);
    await list.reopen("1.1", bert);
    assert.deepEqual(await list.endedBefore(second! + 1), ["1.2"]);
    await list.reopen("1.1", bert);
    assert.deepEqual(await order(), ["1.1", "1.3"]);
    assert.deepEqual([(await list.get("1.1"))?.state, (await list.get("1.1"))?.ended], ["SCHEDULED", undefined]);
  });

  test("what was put back or withdrawn can be taken again, by anybody", async () => {
    const { list } = await listWith("1.1");
    await list.take("1.1", anna);
    await list.release("1.1", bert);
    await list.release("1.1", bert);
    await list.withdraw("1.1", { ...bert, why: "repeated elsewhere" });
    await assert.rejects(
      list.complete("1.1", anna),
      refused("STUDY_ENDED", { state: "CANCELED", by: "bert", at: 2_000 }),
    );
    await list.reopen("1.1", anna);
    await list.take("1.1", bert);
    assert.equal((await list.get("1.1"))?.taken?.by, "bert");
  });
});

describe("a finding that comes late", () => {
  test("moves nothing once the study was opened, and is counted", async () => {
    const { list, order } = await listWith("1.1", "1.2");
    await list.take("1.2", anna);
    await list.place(testFinding("1.2", 1, 0.9), POLICY);
    assert.deepEqual(await order(), ["1.1", "1.2"]);
    assert.deepEqual(
      [(await list.get("1.2"))?.priority, (await list.get("1.2"))?.finding?.outcome],
      ["MEDIUM", "fracture"],
    );
    assert.equal((await list.counts()).findingsAfterOpening, 1);
    await list.complete("1.2", anna);
    await list.place(testFinding("1.2", 2, 0.9), POLICY);
    assert.deepEqual(await order(), ["1.1"]);
    assert.equal((await list.counts()).findingsAfterOpening, 2);
  });

  test("counts when the study is put back unread", async () => {
    const { list, order } = await listWith("1.1", "1.2");
    await list.take("1.2", anna);
    await list.place(testFinding("1.2", 1, 0.9), POLICY);
    await list.release("1.2", anna);
    assert.deepEqual(await order(), ["1.2", "1.1"]);
    assert.equal((await list.get("1.2"))?.priority, "HIGH");
  });
});

describe("pins", () => {
  test("come before all findings, in the order of pinning, and go back to where the findings would have the study", async () => {
    const { list, order } = await listWith("1.1", "1.2", "1.3", "1.4");
    await list.place(testFinding("1.3", 1, 0.9), POLICY);
    const ahead = { ...anna, at: 90_000 };
    await list.pin("1.4", { ...ahead, why: "theatre waits" });
    await list.pin("1.2", { ...bert, why: "in pain" });
    assert.deepEqual(await order(), ["1.4", "1.2", "1.3", "1.1"], "also where a service's clock is ahead");
    assert.deepEqual((await list.get("1.4"))?.pin, { ...ahead, why: "theatre waits" });
    await list.pin("1.4", { by: "bert", at: 9_000, why: "theatre still waits" });
    assert.deepEqual(await order(), ["1.4", "1.2", "1.3", "1.1"], "pinned again it keeps its place among the pinned");
    await list.place(testFinding("1.2", 1, 0.9), POLICY);
    assert.deepEqual(await order(), ["1.4", "1.2", "1.3", "1.1"], "a finding moves no pinned study");
    await list.unpin("1.4", anna);
    await list.unpin("1.2", anna);
    await list.unpin("1.2", anna);
    assert.deepEqual(await order(), ["1.2", "1.3", "1.1", "1.4"]);
    assert.equal((await list.get("1.2"))?.pin, undefined);
  });

  test("a study that has ended cannot be pinned", async () => {
    const { list } = await listWith("1.1");
    await list.complete("1.1", anna);
    await assert.rejects(list.pin("1.1", { ...anna, why: "" }), { code: "STUDY_ENDED" });
  });
});

test("a verdict is kept with the finding that it is about, until it is taken back", async () => {
  const { list } = await listWith("1.1", "1.2");
  await list.place(testFinding("1.1", 1, 0.9), POLICY);
  await list.disagree("1.1", { ...anna, verdict: "no-fracture", comment: "a vessel" });
  await list.disagree("1.2", { ...bert, verdict: "fracture" });
  const model = { name: "example", version: "0.1.0", intendedUse: "demonstration" };
  const first = {
    ...anna,
    verdict: "no-fracture",
    comment: "a vessel",
    revision: 1,
    outcome: "fracture",
    probability: 0.9,
    model,
  };
  assert.deepEqual(await list.verdicts(), [
    { studyInstanceUID: "1.1", ...first },
    { studyInstanceUID: "1.2", ...bert, verdict: "fracture" },
  ]);
  assert.deepEqual((await list.get("1.1"))?.verdict, first);
  assert.deepEqual(
    (await list.verdicts(1_500)).map((one) => one.studyInstanceUID),
    ["1.2"],
  );
  const origin = { manufacturer: "Phantom Imaging", site: "other" };
  await list.noteOrigin("1.2", origin);
  assert.deepEqual((await list.verdicts(1_500))[0]?.origin, origin, "for whoever looks at one manufacturer's verdicts");
  await list.withdrawVerdict("1.1", bert);
  assert.equal((await list.get("1.1"))?.verdict, undefined);
  assert.deepEqual(
    (await list.verdicts()).map((one) => one.studyInstanceUID),
    ["1.2"],
  );
});

test("the history tells what happened, from the arrival", async () => {
  const { list } = await listWith("1.1");
  await list.place(testFinding("1.1", 1, 0.9), POLICY);
  await list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, { state: "failed", code: "X", retrying: true });
  await list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, { state: "stored", sopInstanceUID: "2.25.1" });
  await list.pin("1.1", { ...anna, why: "in pain" });
  await list.take("1.1", anna);
  await list.take("1.1", anna);
  await list.complete("1.1", anna);
  await list.disagree("1.1", { ...anna, verdict: "no-fracture" });
  const events = (await list.history("1.1"))!;
  assert.deepEqual(
    events.map(({ event }) => event),
    ["arrived", "found", "reported", "pin", "take", "complete", "disagree"],
  );
  assert.deepEqual(events[3], { event: "pin", ...anna, why: "in pain" });
  assert.deepEqual([events[1]?.outcome, events[6]?.verdict], ["fracture", "no-fracture"]);
  assert.ok(events.every(({ at }) => Number.isFinite(at)));
  assert.equal(await list.history("1.9"), undefined);
});

test("what was opened is kept as it was then; what was put back unread was not opened", async () => {
  const { list } = await listWith("1.1", "1.2", "1.3");
  const arrived = (await list.get("1.1"))!.arrivedAt;
  await list.place(testFinding("1.1", 1, 0.9), POLICY);
  await list.take("1.1", anna);
  await list.complete("1.1", { ...anna, at: 5_000 });
  await list.complete("1.2", bert);
  await list.take("1.3", anna);
  await list.release("1.3", anna);
  assert.deepEqual(
    (await list.opened(0)).map(({ studyInstanceUID, openedAt, outcome }) => [studyInstanceUID, openedAt, outcome]),
    [
      ["1.1", 1_000, "fracture"],
      ["1.2", 2_000, undefined],
    ],
  );
  const [first] = await list.opened(0);
  assert.deepEqual([first?.arrivedAt, first?.priority, first?.pinned, first?.lane], [arrived, "HIGH", false, "live"]);
  assert.deepEqual((await list.opened(1_500)).length, 1);
  await list.reopen("1.2", bert);
  assert.equal((await list.opened(0)).length, 1);
});

test("the counts follow priority and state", async () => {
  const { list } = await listWith("1.1", "1.2", "1.3");
  await list.place(testFinding("1.2", 1, 0.9), POLICY);
  await list.take("1.3", anna);
  const { open, done, oldestArrival } = await list.counts();
  assert.deepEqual(open, {
    HIGH: { SCHEDULED: 1, "IN PROGRESS": 0 },
    MEDIUM: { SCHEDULED: 1, "IN PROGRESS": 1 },
    LOW: { SCHEDULED: 0, "IN PROGRESS": 0 },
  });
  assert.deepEqual([done, oldestArrival.MEDIUM], [0, (await list.get("1.1"))?.arrivedAt]);
  await list.complete("1.3", anna);
  await list.complete("1.2", anna);
  assert.deepEqual((await list.counts()).open.HIGH.SCHEDULED, 0);
  assert.deepEqual([(await list.counts()).done, (await list.counts()).open.MEDIUM["IN PROGRESS"]], [2, 0]);
});

test("what an earlier version put on the list is counted once it is counted anew", async () => {
  const { store, list } = await listWith("1.1", "1.2");
  await store.redis.hset(`${store.prefix}:study:1.3`, { arrivedAt: "5", priority: "HIGH" });
  await store.redis.zadd(`${store.prefix}:reading-list`, "5", "1.3");
  await store.redis.hset(`${store.prefix}:study:1.2`, { priority: "HIGH" });
  await list.indexAnew();
  const { open, oldestArrival } = await list.counts();
  assert.deepEqual([open.HIGH.SCHEDULED, open.MEDIUM.SCHEDULED, oldestArrival.HIGH], [2, 1, 5]);
});

test("what an earlier version put on the list is found as a workitem once it is noted, and nothing is written of others", async () => {
  const { store } = await listWith("1.1", "1.2");
  await store.redis.hset(`${store.prefix}:study:1.3`, { arrivedAt: "5", priority: "HIGH" });
  await store.redis.zadd(`${store.prefix}:reading-list`, "5", "1.3");
  const workitems = new Workitems(store);
  assert.equal(await workitems.get(firstWorkitemUid("1.3")), undefined);
  const changes = async () => /rdb_changes_since_last_save:(\d+)/.exec(await store.redis.info("persistence"))?.[1];
  const before = Number(await changes());
  await workitems.indexAnew();
  assert.equal((await workitems.get(firstWorkitemUid("1.3")))?.studyInstanceUID, "1.3");
  assert.equal((await workitems.get(firstWorkitemUid("1.1")))?.studyInstanceUID, "1.1");
  assert.equal(Number(await changes()), before + 1);
});

describe("the backlog", () => {
  test("comes after every live study, by probability, and an image that comes live makes a study live", async () => {
    const { store, list, order } = await listWith();
    const ledger = new StudyLedger(store);
    for (const uid of ["1.1", "1.2", "1.3"]) {
      const { lane } = await ledger.noteInstance({ ...note(uid, `${uid}.1`), lane: "backlog" });
      assert.equal(lane, "backlog");
    }
    await ledger.noteInstance(note("1.4", "1.4.1"));
    await list.place(testFinding("1.2", 1, 0.2), POLICY);
    await list.place(testFinding("1.3", 1, 0.9), POLICY);
    assert.deepEqual(await order(), ["1.4", "1.3", "1.2", "1.1"]);
    assert.deepEqual([(await list.get("1.3"))?.priority, (await list.get("1.3"))?.lane], ["LOW", "backlog"]);
    await ledger.noteInstance(note("1.3", "1.3.9", false));
    assert.deepEqual(await order(), ["1.4", "1.3", "1.2", "1.1"], "a report that comes makes nothing live");
    assert.equal((await ledger.noteInstance(note("1.2", "1.2.1"))).lane, "live");
    assert.deepEqual(await order(), ["1.4", "1.2", "1.3", "1.1"], "the same image again, but live");
    await ledger.noteInstance(note("1.3", "1.3.2"));
    assert.deepEqual(await order(), ["1.3", "1.4", "1.2", "1.1"], "with the head start of its finding");
    assert.equal((await list.get("1.3"))?.priority, "HIGH");
  });
});

test("an image that comes after the study was completed brings it back, as one that has just arrived", async () => {
  const { store, list, order } = await listWith("1.1", "1.2");
  const ledger = new StudyLedger(store);
  await list.complete("1.1", anna);
  await ledger.noteInstance(note("1.1", "1.1.1"));
  await ledger.noteInstance(note("1.1", "1.1.2", false));
  const ofClass = (sopInstanceUID: string, sopClassUID: string) =>
    ledger.noteInstance({
      ...note(sopInstanceUID.slice(0, 3), sopInstanceUID),
      sopClassUID,
      isImage: isImage(sopClassUID),
    });
  await ofClass("1.1.3", "1.2.840.10008.5.1.4.1.1.7");
  assert.deepEqual(await order(), ["1.2"], "not a duplicate, a document or a secondary capture");
  await ledger.noteInstance(note("1.1", "1.1.4"));
  assert.deepEqual(await order(), ["1.2", "1.1"]);
  await list.complete("1.2", anna);
  await ofClass("1.2.3", "1.2.840.10008.5.1.4.1.1.77.1.4");
  assert.deepEqual(await order(), ["1.1", "1.2"], "a photograph is an image as well");
  assert.deepEqual(
    (await list.history("1.1"))?.map(({ event }) => event),
    ["complete", "grown"],
  );
});

test("who has waited longest is known by priority, without what is being read, pinned or of the backlog", async () => {
  const { store, list } = await listWith("1.1", "1.2", "1.3", "1.4", "1.5", "1.6");
  await new StudyLedger(store).noteInstance({ ...note("1.7", "1.7.1"), lane: "backlog" });
  for (const uid of ["1.5", "1.4"]) await list.place(testFinding(uid, 1, 0.9), POLICY);
  await list.take("1.1", anna);
  await list.pin("1.2", { ...anna, why: "asked for" });
  const waiting = async (count: number) =>
    (await list.waitingLongest(count)).map(({ priority, studyInstanceUID }) => `${priority} ${studyInstanceUID}`);
  assert.deepEqual(await waiting(10), ["HIGH 1.4", "HIGH 1.5", "MEDIUM 1.3", "MEDIUM 1.6"]);
  assert.deepEqual(await waiting(1), ["HIGH 1.4", "MEDIUM 1.3"], "a pinned study takes nobody's place");
  assert.deepEqual(await waiting(0), []);
  const [first] = await list.waitingLongest(1);
  assert.equal(first?.arrivedAt, (await list.get("1.4"))?.arrivedAt);
});
