import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { ReadingListCounts } from "@redspot/queue";
import { ListPages, TOLD_AFTER_MS } from "./list-pages.ts";
import { HeadStarts } from "./reading-policy.ts";

const counts: ReadingListCounts = {
  open: {
    HIGH: { SCHEDULED: 0, "IN PROGRESS": 0 },
    MEDIUM: { SCHEDULED: 0, "IN PROGRESS": 0 },
    LOW: { SCHEDULED: 0, "IN PROGRESS": 0 },
  },
  done: 0,
  oldestArrival: {},
  findingsAfterOpening: 0,
};
const part = { state: "open", offset: 0, limit: 100 } as const;
const totalOf = async (page: Promise<Buffer>) => JSON.parse((await page).toString("utf8")).total as number;

/** Pages of a list that grows by one with each reading, at a time that the test tells. */
function growing() {
  let time = 1000;
  const clock = mock.method(performance, "now", () => time);
  let readings = 0;
  let isAway = false;
  const lines = async () => {
    readings += 1;
    if (isAway) throw new Error("Redis is away");
    return { total: readings, workitems: [], counts };
  };
  const pages = new ListPages({
    list: { lines, doneLines: lines },
    headStarts: HeadStarts.parse("240"),
    viewerUrl: undefined,
    now: () => new Date("2026-03-01T10:00:00Z"),
  });
  return {
    pages,
    pass: (ms: number) => {
      time += ms;
    },
    leave: () => {
      isAway = true;
    },
    readings: () => readings,
    [Symbol.dispose]: () => clock.mock.restore(),
  };
}
const settled = () => new Promise(setImmediate);

test("what was read a moment ago is given at once, and read again for the next", async () => {
  using list = growing();
  assert.equal(await totalOf(list.pages.get(part)), 1);
  list.pass(50);
  assert.equal(await totalOf(list.pages.get(part)), 1);
  await settled();
  assert.equal(list.readings(), 2);
  list.pass(60);
  assert.equal(await totalOf(list.pages.get(part)), 2);
});

test("who hears of a change is given no list from before it", async () => {
  using list = growing();
  await list.pages.get(part);
  list.pass(TOLD_AFTER_MS - 1);
  assert.equal(await totalOf(list.pages.get(part)), 2);
});

test("who has changed something by this service is given no list from before that", async () => {
  using list = growing();
  await list.pages.get(part);
  list.pass(1);
  list.pages.changedHere();
  assert.equal(await totalOf(list.pages.get(part)), 2);
});

test("a reading that was begun before a change and ends after it is kept for nobody", async () => {
  using list = growing();
  const begun = list.pages.get(part);
  list.pass(1);
  list.pages.changedHere();
  await begun;
  assert.equal(await totalOf(list.pages.get(part)), 2);
});

test("of another part nothing is known; where Redis has gone, the next is told", async () => {
  using list = growing();
  await list.pages.get(part);
  assert.equal(await totalOf(list.pages.get({ ...part, offset: 100 })), 2);
  list.leave();
  assert.equal(await totalOf(list.pages.get(part)), 1);
  await settled();
  await assert.rejects(list.pages.get(part), /Redis is away/);
});
