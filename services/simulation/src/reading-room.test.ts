import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Policy } from "./policy.ts";
import { brokenPromises, workWaited } from "./promises.ts";
import { readStudies } from "./reading-room.ts";
import { weeklyRoster } from "./roster.ts";
import { HOUR, MINUTE, type Study } from "./study.ts";
import { waitingList } from "./waiting-list.ts";

const ONE = weeklyRoster(1, 1);
const read = (studies: readonly Study[], policy: Policy, roster = ONE) =>
  readStudies(studies, waitingList(policy, studies), roster);
const minutes = (openedAt: Float64Array) => Array.from(openedAt, (at) => at / MINUTE);

/** A study that arrives after so many minutes and takes 10 to read. */
const study = (arrived: number, outcome: Study["outcome"] = "no-fracture", rest: Partial<Study> = {}): Study => ({
  arrivedAt: arrived * MINUTE,
  foundAt: arrived * MINUTE,
  readingTime: 10 * MINUTE,
  fracture: outcome === "fracture",
  outcome,
  probability: outcome === "fracture" ? 0.9 : 0.1,
  ...rest,
});

test("a flagged study passes those that came up to one head start before it", () => {
  const studies = [study(0), study(1), study(2), study(4, "fracture")];
  assert.deepEqual(minutes(read(studies, { order: "first-come" })), [0, 10, 20, 30]);
  assert.deepEqual(minutes(read(studies, { order: "head-start", minutes: 2.5 })), [0, 10, 30, 20]);
  assert.deepEqual(minutes(read(studies, { order: "strict" })), [0, 20, 30, 10]);
});

test("a finding that comes later counts from then on, and not at all for a study that has been opened", () => {
  const studies = [
    study(0, "fracture", { foundAt: 5 * MINUTE }),
    study(1),
    study(2),
    study(3, "fracture", { foundAt: 15 * MINUTE }),
  ];
  assert.deepEqual(minutes(read(studies, { order: "strict" })), [0, 10, 30, 20]);
});

test("by probability the likeliest is read first, and what has no finding yet last", () => {
  const studies = [
    study(0),
    study(1, "no-fracture", { probability: 0.2 }),
    study(2, "no-fracture", { probability: 0.3 }),
    study(3, "fracture", { foundAt: 15 * MINUTE }),
  ];
  assert.deepEqual(minutes(read(studies, { order: "by-score" })), [0, 30, 10, 20]);
});

test("an overdue study goes before a flagged one that has waited for longer", () => {
  const studies = [study(0), study(1, "fracture"), study(2, "fracture"), study(3)];
  assert.deepEqual(minutes(read(studies, { order: "overdue-to-top", minutes: 15 })), [0, 10, 30, 20]);
});

test("each reader takes the next study when free, and none begins one after the shift", () => {
  assert.deepEqual(
    minutes(read([study(0), study(1), study(2)], { order: "first-come" }, weeklyRoster(2, 2))),
    [0, 1, 10],
  );
  // Monday 19:55, one on call after 20:00.
  const evening = 19 * 60 + 55;
  const studies = [study(evening), study(evening), study(evening), study(evening)];
  const opened = minutes(read(studies, { order: "first-come" }, weeklyRoster(2, 1)));
  assert.deepEqual(
    opened.map((at) => at - evening),
    [0, 0, 10, 20],
  );
  // Friday evening with nobody on call: on Monday at eight.
  const friday = (4 * 24 + 20) * HOUR;
  const monday = (7 * 24 + 8) * HOUR;
  const late = { ...study(0), arrivedAt: friday, foundAt: friday };
  assert.deepEqual([...read([late], { order: "first-come" }, weeklyRoster(1, 0))], [monday]);
});

/** Rooms as they can be: bunched and sparse, long and short, findings at once, after a steady delay or at any time. */
const rooms = (delay: fc.Arbitrary<number>) =>
  fc
    .array(
      fc.record({
        gap: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 60 })),
        reading: fc.integer({ min: 1, max: 40 }),
        delay,
        outcome: fc.constantFrom("fracture" as const, "no-fracture" as const, "inconclusive" as const),
      }),
      { minLength: 1, maxLength: 60 },
    )
    .map((drawn) => {
      let now = 0;
      return drawn.map(({ gap, reading, delay: late, outcome }) => {
        now += gap + 0.001;
        return study(now, outcome, { readingTime: reading * MINUTE, foundAt: (now + late) * MINUTE });
      });
    });
const headStarts = fc.integer({ min: 0, max: 600 });

test("with one reader and findings in the order of arrival no flagged study is read later than first come, first served", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 5, 50).chain((delay) => rooms(fc.constant(delay))),
      headStarts,
      (studies, head) => {
        const openedAt = read(studies, { order: "head-start", minutes: head });
        const firstCome = read(studies, { order: "first-come" });
        for (const [i, { outcome }] of studies.entries()) {
          if (outcome === "fracture") assert.ok(openedAt[i]! <= firstCome[i]! + 1, `study ${i}`);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("with one reader, whatever the delays, no promise of the head start is broken, for those not flagged either", () => {
  fc.assert(
    fc.property(rooms(fc.integer({ min: 0, max: 90 })), headStarts, (studies, head) => {
      const openedAt = read(studies, { order: "head-start", minutes: head });
      const firstCome = read(studies, { order: "first-come" });
      assert.deepEqual(brokenPromises(studies, openedAt, firstCome, head * MINUTE), {
        flaggedLater: 0,
        beyondBound: 0,
      });
    }),
    { numRuns: 500 },
  );
});

test("that the promises hold is something that the test can see: strictly flagged first breaks them", () => {
  const studies = [study(0), study(1), ...Array.from({ length: 30 }, (_, i) => study(2 + 9 * i, "fracture"))];
  const [strict, firstCome] = [read(studies, { order: "strict" }), read(studies, { order: "first-come" })];
  assert.deepEqual(brokenPromises(studies, strict, firstCome, 60 * MINUTE), { flaggedLater: 0, beyondBound: 1 });
  const lastCome = Float64Array.from(firstCome).reverse();
  assert.ok(brokenPromises(studies, lastCome, firstCome, 60 * MINUTE).flaggedLater > 0);
});

test("with one reader every order makes the same work wait (Kleinrock's conservation law, path by path)", () => {
  const orders: Policy[] = [
    { order: "strict" },
    { order: "head-start", minutes: 45 },
    { order: "by-score" },
    { order: "overdue-to-top", minutes: 30 },
  ];
  fc.assert(
    fc.property(rooms(fc.integer({ min: 0, max: 90 })), (studies) => {
      const work = workWaited(studies, read(studies, { order: "first-come" }));
      for (const policy of orders) {
        const difference = Math.abs(workWaited(studies, read(studies, policy)) - work);
        assert.ok(difference <= 1e-9 * Math.max(work, 1), policy.order);
      }
    }),
  );
});

test("with no head start, and with nothing flagged, the order is first come, first served exactly", () => {
  fc.assert(
    fc.property(rooms(fc.integer({ min: 0, max: 90 })), (studies) => {
      const firstCome = read(studies, { order: "first-come" });
      assert.deepEqual(read(studies, { order: "head-start", minutes: 0 }), firstCome);
      const unflagged = studies.map((one) => ({ ...one, outcome: "not-analysed" as const }));
      assert.deepEqual(read(unflagged, { order: "head-start", minutes: 240 }), firstCome);
    }),
  );
});
