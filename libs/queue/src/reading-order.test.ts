import assert from "node:assert/strict";
import { test } from "node:test";
import { type Finding, type Lane, priorityOf, readingOrder } from "@redspot/triage";
import fc from "fast-check";
import { ReadingList } from "./reading-list.ts";
import { StudyLedger } from "./study-ledger.ts";
import { testFinding } from "./test-finding.ts";
import { note, redisForTests } from "./test-support.ts";

const redis = redisForTests();

/** What happens to one of a few studies. */
const happening = fc.record({
  study: fc.integer({ min: 1, max: 6 }),
  what: fc.oneof(
    fc.constant("arrive" as const),
    fc.constant("pin" as const),
    fc.constant("unpin" as const),
    fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  ),
});

test("with AI off the order is first come, first served, exactly, whatever is found", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
      const store = redis.store();
      const [list, ledger] = [new ReadingList(store), new StudyLedger(store)];
      const arrived: string[] = [];
      const revisions = new Map<string, number>();
      for (const { study, what } of happenings) {
        const uid = `1.${study}`;
        if (what === "pin" || what === "unpin") continue;
        if (what === "arrive") {
          await ledger.noteInstance(note(uid, `${uid}.${revisions.size}`));
          if (!arrived.includes(uid)) arrived.push(uid);
        } else {
          const revision = (revisions.get(uid) ?? 0) + 1;
          revisions.set(uid, revision);
          await list.place(testFinding(uid, revision, what), { headStartMs: 0, inconclusiveHeadStartMs: 0 });
        }
      }
      assert.deepEqual(
        (await list.page()).map((item) => item.studyInstanceUID),
        arrived,
      );
    }),
    { numRuns: 30 },
  );
});

test("the script's place is readingOrder's, to the bit, whatever lane, finding, site and pins", async () => {
  const HOUR = 3_600_000;
  const policy = { headStartMs: 4 * HOUR, inconclusiveHeadStartMs: HOUR, siteHeadStartMs: new Map([["a", 2 * HOUR]]) };
  const lanes = fc.array(fc.constantFrom<Lane>("live", "backlog"), { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(lanes, fc.array(happening, { maxLength: 30 }), async (laneOf, happenings) => {
      const store = redis.store();
      const [list, ledger] = [new ReadingList(store), new StudyLedger(store)];
      const revisions = new Map<string, number>();
      /** What a study's latest finding says that says anything, or else the first one. */
      const saying = new Map<string, Finding>();
      let at = 1_700_000_000_000;
      for (const { study, what } of happenings) {
        const uid = `1.${study}`;
        const revision = (revisions.get(uid) ?? 0) + 1;
        at += 1;
        if (what === "arrive") {
          const site = study % 2 === 0 ? { site: "a" } : {};
          await ledger.noteInstance({ ...note(uid, `${uid}.1`), lane: laneOf[study - 1] ?? "live", ...site });
        } else if (what === "pin") await list.pin(uid, { by: "a", at, why: "" }).catch(() => undefined);
        else if (what === "unpin") await list.unpin(uid, { by: "a", at }).catch(() => undefined);
        else {
          const finding = testFinding(uid, revision, what);
          if (!(await list.place(finding, policy))) continue;
          revisions.set(uid, revision);
          if (what !== undefined || revision === 1) saying.set(uid, finding);
        }
        assert.deepEqual(await list.page(), await new ReadingList(store).page(), "what is known is what is there");
      }
      for (const item of await list.page()) {
        const { arrivedAt, lane, site, pin, priority, studyInstanceUID } = item;
        const { outcome, probability } = saying.get(studyInstanceUID) ?? {};
        assert.equal(priority, priorityOf(outcome, lane));
        const pinnedAt = pin && Number(await store.redis.hget(`${store.prefix}:study:${studyInstanceUID}`, "pinnedAt"));
        const expected = readingOrder({ arrivedAt, lane, outcome, probability, site, pinnedAt, priority }, policy);
        assert.equal(Number(await store.redis.zscore(`${store.prefix}:reading-list`, studyInstanceUID)), expected);
      }
    }),
    { numRuns: 60 },
  );
});
