import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { type Finding, findingOf, type InstanceFinding } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import type { Store } from "./connection.ts";
import { FindingStore } from "./finding-store.ts";
import { ReadingList } from "./reading-list.ts";
import { StudyLedger } from "./study-ledger.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();
const HEAD_START = 240 * 60_000;

function finding(studyInstanceUID: string, revision: number, probability?: number): Finding {
  const instance: InstanceFinding =
    probability === undefined
      ? {
          sopInstanceUID: "1.9",
          sopClassUID: "1.2",
          analysed: false,
          reason: { code: "NOT_A_WRIST", text: "no wrist" },
        }
      : {
          sopInstanceUID: "1.9",
          sopClassUID: "1.2",
          analysed: true,
          logit: 0,
          probability,
          activationMap: Array.from({ length: 64 }, () => 0),
        };
  return findingOf({
    studyInstanceUID,
    revision,
    instances: [instance],
    model: EXAMPLE_MODEL,
    softwareVersion: "0",
    analysedAt: new Date(0),
  });
}

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
  assert.equal(await list.place(found, HEAD_START), true);
  assert.deepEqual(await order(store), ["1.5", "1.7", "1.2"]);
  const [first] = await list.page(0, 1);
  assert.equal(first?.priority, "HIGH");
  assert.equal(first?.finding?.probability, 0.9);
});

test("no fracture and not analysed move nothing", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.1", "1.2", "1.3");
  await list.place(finding("1.1", 1, 0.1), HEAD_START);
  await list.place(finding("1.2", 1), HEAD_START);
  assert.deepEqual(await order(store), ["1.1", "1.2", "1.3"]);
});

test("placing is done once, a new revision places anew, and an old one that comes late does not", async () => {
  const store = redis.store();
  const list = new ReadingList(store);
  await arrive(store, "1.1", "1.2");
  assert.equal(await list.place(finding("1.2", 1, 0.1), HEAD_START), true);
  assert.equal(await list.place(finding("1.2", 1, 0.1), HEAD_START), false);
  assert.equal(await list.place(finding("1.2", 3, 0.9), HEAD_START), true);
  assert.equal(await list.place(finding("1.2", 2, 0.1), HEAD_START), false);
  assert.deepEqual(await order(store), ["1.2", "1.1"]);
});

test("a finding about a study that never arrived places nothing", async () => {
  const store = redis.store();
  assert.equal(await new ReadingList(store).place(finding("9.9", 1, 0.9), HEAD_START), false);
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
  await list.place(finding("1.1", 1, 0.9), HEAD_START);
  const stored = { state: "stored", sopInstanceUID: "2.25.1" } as const;
  await list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, stored);
  assert.deepEqual((await list.get("1.1"))?.report, stored);
  await list.place(finding("1.1", 2, 0.9), HEAD_START);
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
  assert.equal(await told(() => list.place(finding("1.1", 1, 0.9), HEAD_START)), "1.1");
  assert.equal(
    await told(() => list.noteReport({ studyInstanceUID: "1.1", revision: 1 }, { state: "pending" })),
    "1.1",
  );
  await watch.close();
});
