import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { Store } from "./connection.ts";
import { FindingStore } from "./finding-store.ts";
import { ReadingList } from "./reading-list.ts";
import { StudyLedger } from "./study-ledger.ts";
import { testFinding as finding } from "./test-finding.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();
const POLICY = { headStartMs: 240 * 60_000 };

async function arrive(store: Store, ...uids: string[]): Promise<void> {
  for (const uid of uids) await new StudyLedger(store).noteInstance(note(uid, `${uid}.1`));
}

async function order(store: Store): Promise<string[]> {
  return (await new ReadingList(store).page()).map((item) => item.studyInstanceUID);
}

test("studies stand in order of arrival until a finding gives one a head start", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.7", "1.2", "1.5");
  assert.deepEqual(await order(store), ["1.7", "1.2", "1.5"]);
  const found = await new FindingStore(store).put(finding("1.5", 1, 0.9));
  assert.equal(await list.place(found, POLICY), true);
  assert.deepEqual(await order(store), ["1.5", "1.7", "1.2"]);
  const [first] = await list.page(0, 1);
  assert.equal(first?.priority, "HIGH");
  assert.equal(first?.finding?.probability, 0.9);
});

test("no fracture and not analysed move nothing", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.1", "1.2", "1.3");
  await list.place(finding("1.1", 1, 0.1), POLICY);
  await list.place(finding("1.2", 1), POLICY);
  assert.deepEqual(await order(store), ["1.1", "1.2", "1.3"]);
});

test("placing is done once, a new revision places anew, and an old one that comes late does not", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.1", "1.2");
  assert.equal(await list.place(finding("1.2", 1, 0.1), POLICY), true);
  assert.equal(await list.place(finding("1.2", 1, 0.1), POLICY), false);
  assert.equal(await list.place(finding("1.2", 3, 0.9), POLICY), true);
  assert.equal(await list.place(finding("1.2", 2, 0.1), POLICY), false);
  assert.deepEqual(await order(store), ["1.2", "1.1"]);
});

test("a study that was flagged by an earlier version stays where it was put, and moves back to it", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.1", "1.2");
  // As that version left it: no finding in short, no state, the head start in the score alone.
  const { arrivedAt } = (await list.get("1.2"))!;
  const old = finding("1.2", 1, 0.9);
  await store.redis.hset(`${store.prefix}:study:1.2`, { priority: "HIGH", foundRevision: "1" });
  await store.redis.zadd(`${store.prefix}:reading-list`, "XX", String(arrivedAt - 60_000), "1.2");
  await new FindingStore(store).put(old);
  const [first] = await list.page();
  assert.deepEqual([first?.studyInstanceUID, first?.state, first?.finding?.probability], ["1.2", "SCHEDULED", 0.9]);
  await list.take("1.2", { by: "a", at: 1 });
  await list.release("1.2", { by: "a", at: 2 });
  assert.deepEqual(await order(store), ["1.2", "1.1"]);
  assert.equal((await list.get("1.2"))?.priority, "HIGH");
  assert.equal(Number(await store.redis.zscore(`${store.prefix}:reading-list`, "1.2")), arrivedAt - 60_000);
});

test("lines are read with the length of the list at one moment, without activation maps", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.1", "1.2", "1.3");
  await list.place(finding("1.3", 1, 0.9), POLICY);
  const { total, workitems } = await list.lines(1, 1);
  assert.deepEqual([total, workitems.map((one) => one.studyInstanceUID)], [3, ["1.1"]]);
  assert.ok(!JSON.stringify(await list.page()).includes("activationMap"));
});

test("a line that has not changed is not made again, and one that has is", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.1", "1.2");
  const before = await list.page();
  assert.equal((await list.page())[0], before[0]);
  await list.take("1.2", { by: "a", at: 1 });
  const [first, second] = await list.page();
  assert.equal(first, before[0]);
  assert.equal(second?.state, "IN PROGRESS");
});

test("a finding about a study that never arrived places nothing", async () => {
  const store = redis.store();
  assert.equal(await new ReadingList(store).place(finding("9.9", 1, 0.9), POLICY), false);
  assert.deepEqual(await order(store), []);
});

test("the first finding of a revision stays", async () => {
  const findings = new FindingStore(redis.store());
  await findings.put(finding("1.1", 1, 0.9));
  assert.equal((await findings.put(finding("1.1", 1, 0.2))).probability, 0.9);
  assert.equal((await findings.get("1.1", 1))?.probability, 0.9);
  assert.equal(await findings.get("1.1", 2), undefined);
});

test("how the report stands is part of the workitem, and a new finding makes it pending again", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.1");
  await list.place(finding("1.1", 1, 0.9), POLICY);
  const stored = { state: "stored", sopInstanceUID: "2.25.1" } as const;
  await list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, stored);
  assert.deepEqual((await list.get("1.1"))?.report, stored);
  await list.place(finding("1.1", 2, 0.9), POLICY);
  assert.deepEqual((await list.get("1.1"))?.report, { state: "pending" });
  await list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, stored);
  assert.deepEqual((await list.get("1.1"))?.report, { state: "pending" }, "what an older revision says is out of date");
  assert.equal(await list.get("1.2"), undefined);
});

test("whoever watches is told of arrivals, of findings and of reports", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  const watch = await list.watch();
  const told = async (act: () => Promise<unknown>) => {
    const change = once(watch, "change");
    await act();
    return (await change)[0];
  };
  assert.equal(await told(() => arrive(store, "1.1")), "1.1");
  assert.equal(await told(() => list.place(finding("1.1", 1, 0.9), POLICY)), "1.1");
  assert.equal(
    await told(() => list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, { state: "pending" })),
    "1.1",
  );
  await watch.close();
});
