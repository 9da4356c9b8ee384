import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadingList } from "./reading-list.ts";
import { StudyLedger } from "./study-ledger.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();
const HOUR = 3_600_000;

test("the first instance opens revision 1 and puts the study on the reading list", async () => {
  const store = redis.store();
  const ledger = new StudyLedger(store);
  assert.deepEqual(await ledger.noteInstance(note("1.1", "1.1.1")), {
    newInstance: true,
    openRevision: 1,
    lane: "live",
  });
  assert.deepEqual(
    (await new ReadingList(store).page()).map((item) => [item.studyInstanceUID, item.priority, item.report.state]),
    [["1.1", "MEDIUM", "pending"]],
  );
});

test("noting an instance again changes nothing, and tells the revision that is still open", async () => {
  const ledger = new StudyLedger(redis.store());
  await ledger.noteInstance(note("1.1", "1.1.1"));
  assert.deepEqual(await ledger.noteInstance(note("1.1", "1.1.1")), {
    newInstance: false,
    openRevision: 1,
    lane: "live",
  });
});

test("a revision that grew a moment ago is not closed, one that has rested is, with all that came", async () => {
  const ledger = new StudyLedger(redis.store());
  await ledger.noteInstance(note("1.1", "1.1.2"));
  await ledger.noteInstance(note("1.1", "1.1.1"));
  const early = await ledger.closeRevision("1.1", 1, HOUR);
  assert.equal(early.state, "growing");
  assert.ok(early.state === "growing" && early.waitMs > 0 && early.waitMs <= HOUR);
  assert.deepEqual(await ledger.instancesOf("1.1", 1), []);

  const settled = { state: "settled", sopInstanceUIDs: ["1.1.1", "1.1.2"] };
  assert.deepEqual(await ledger.closeRevision("1.1", 1, 0), settled);
  assert.deepEqual(await ledger.closeRevision("1.1", 1, HOUR), settled, "closing again answers the same");
  assert.deepEqual(
    (await ledger.instancesOf("1.1", 1)).map((one) => one.sopInstanceUID),
    ["1.1.1", "1.1.2"],
  );
});

test("a late image opens a new revision that holds everything, and the old one stays as it was", async () => {
  const ledger = new StudyLedger(redis.store());
  await ledger.noteInstance(note("1.1", "1.1.1"));
  await ledger.closeRevision("1.1", 1, 0);
  assert.deepEqual(
    await ledger.noteInstance(note("1.1", "1.1.1")),
    { newInstance: false, lane: "live" },
    "a duplicate opens none",
  );
  assert.deepEqual(await ledger.noteInstance(note("1.1", "1.1.2")), {
    newInstance: true,
    openRevision: 2,
    lane: "live",
  });
  await ledger.closeRevision("1.1", 2, 0);
  assert.equal((await ledger.instancesOf("1.1", 1)).length, 1);
  assert.equal((await ledger.instancesOf("1.1", 2)).length, 2);
});

test("a report that joins a study opens no revision, or else our own would start over for ever", async () => {
  const ledger = new StudyLedger(redis.store());
  await ledger.noteInstance(note("1.1", "1.1.1"));
  await ledger.closeRevision("1.1", 1, 0);
  assert.deepEqual(await ledger.noteInstance(note("1.1", "1.1.9", false)), { newInstance: true, lane: "live" });
});

test("a study that holds no image at all is a study too", async () => {
  const ledger = new StudyLedger(redis.store());
  assert.equal((await ledger.noteInstance(note("1.1", "1.1.9", false))).openRevision, 1);
});

test("senders racing with one study end in one revision", async () => {
  const ledger = new StudyLedger(redis.store());
  const noted = await Promise.all(
    Array.from({ length: 200 }, (_, index) => ledger.noteInstance(note("1.1", `1.1.${index % 100}`))),
  );
  assert.equal(noted.filter((one) => one.newInstance).length, 100);
  assert.ok(noted.every((one) => one.openRevision === 1));
});

test("a study that seems to have grown in the future, as the clock was put back since, settles from now on", async () => {
  const store = redis.store();
  const ledger = new StudyLedger(store);
  await ledger.noteInstance(note("1.1", "1.1.1"));
  await store.redis.hset(`${store.prefix}:study:1.1`, "lastArrivalAt", Date.now() + 24 * HOUR);
  const growing = await ledger.closeRevision("1.1", 1, 60_000);
  assert.ok(growing.state === "growing" && growing.waitMs <= 60_000);
  assert.equal((await ledger.closeRevision("1.1", 1, 0)).state, "settled");
});

test("who comes after the clock was put back comes after those who came before it; a wild clock is not followed", async () => {
  const store = redis.store();
  const ledger = new StudyLedger(store);
  const list = async () => (await new ReadingList(store).page()).map(({ studyInstanceUID }) => studyInstanceUID);
  await ledger.noteInstance(note("1.1", "1.1.1"));
  await store.redis.set(`${store.prefix}:last-arrival`, String(Date.now() + HOUR / 2));
  await ledger.noteInstance(note("1.2", "1.2.1"));
  await ledger.noteInstance(note("1.3", "1.3.1"));
  assert.deepEqual(await list(), ["1.1", "1.2", "1.3"]);
  const ahead = async () => Number(await store.redis.hget(`${store.prefix}:study:1.3`, "arrivedAt")) - Date.now();
  assert.ok((await ahead()) > HOUR / 4);
  await store.redis.set(`${store.prefix}:last-arrival`, String(Date.now() + 1000 * HOUR));
  await ledger.noteInstance(note("1.4", "1.4.1"));
  const arrivedAt = Number(await store.redis.hget(`${store.prefix}:study:1.4`, "arrivedAt"));
  assert.ok(Math.abs(arrivedAt - Date.now()) < HOUR);
});

test("a study that counts as come now, after the clock was put back, comes after those who came before it", async () => {
  const store = redis.store();
  const ledger = new StudyLedger(store);
  const list = new ReadingList(store);
  const uids = async () => (await list.page()).map(({ studyInstanceUID }) => studyInstanceUID);
  await ledger.noteInstance({ ...note("1.1", "1.1.1"), lane: "backlog" });
  await ledger.noteInstance(note("1.2", "1.2.1"));
  await list.complete("1.2", { by: "reader", at: Date.now() });
  await store.redis.set(`${store.prefix}:last-arrival`, String(Date.now() + HOUR / 2));
  await ledger.noteInstance(note("1.3", "1.3.1"));
  await ledger.noteInstance(note("1.1", "1.1.1"));
  await ledger.noteInstance(note("1.2", "1.2.2"));
  await ledger.noteInstance(note("1.4", "1.4.1"));
  assert.deepEqual(await uids(), ["1.3", "1.1", "1.2", "1.4"]);
});

test("an instance that the spool had and Redis had forgotten makes its study wait from when it came", async () => {
  const store = redis.store();
  const ledger = new StudyLedger(store);
  await ledger.noteInstance(note("1.1", "1.1.1"));
  const arrivedAt = Date.now() - HOUR;
  await ledger.noteInstance({ ...note("1.2", "1.2.1"), arrivedAt });
  const list = await new ReadingList(store).page();
  assert.deepEqual(
    list.map(({ studyInstanceUID }) => studyInstanceUID),
    ["1.2", "1.1"],
  );
  assert.equal(list[0]?.arrivedAt, arrivedAt);
});

test("a study is opened again as it is, once, and never before it was settled", async () => {
  const ledger = new StudyLedger(redis.store());
  assert.equal(await ledger.openAgain("1.1"), undefined);
  await ledger.noteInstance(note("1.1", "1.1.1"));
  assert.equal(await ledger.openAgain("1.1"), 1, "it is open");
  await ledger.closeRevision("1.1", 1, 0);
  assert.equal(await ledger.openAgain("1.1"), 2);
  assert.equal(await ledger.openAgain("1.1"), 2);
  assert.deepEqual(await ledger.closeRevision("1.1", 2, 0), { state: "settled", sopInstanceUIDs: ["1.1.1"] });
});
