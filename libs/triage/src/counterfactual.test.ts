import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ListedStudy, orderEffect } from "./counterfactual.ts";

const minutes = (n: number) => n * 60_000;
const study = (arrived: number, opened: number | undefined, rest: Partial<ListedStudy> = {}): ListedStudy => ({
  arrivedAt: minutes(arrived),
  ...(opened === undefined ? {} : { openedAt: minutes(opened) }),
  priority: "MEDIUM",
  pinned: false,
  lane: "live",
  ...rest,
});

test("a flagged study that was opened two places early has won what the two that let it pass have lost", () => {
  const studies = [study(0, 30), study(5, 40), study(10, 20, { priority: "HIGH" })];
  assert.deepEqual(orderEffect(studies, minutes(60)), {
    studies: 3,
    byClass: {
      flagged: { studies: 1, minutesWonMean: 20, minutesWonTotal: 20, minutesWonMax: 20, minutesLostMax: 0 },
      notFlagged: { studies: 2, minutesWonMean: -10, minutesWonTotal: -20, minutesWonMax: 0, minutesLostMax: 10 },
    },
    leftOut: { pinned: 0, backlog: 0 },
  });
});

test("a study that was passed over and waits still has lost what has gone by since its turn", () => {
  const studies = [study(0, undefined), study(10, 20, { priority: "HIGH" }), study(30, undefined)];
  const { studies: compared, byClass } = orderEffect(studies, minutes(60));
  assert.equal(compared, 2, "whose turn has not come has neither won nor lost");
  assert.equal(byClass.flagged.minutesWonTotal, 40);
  assert.equal(byClass.notFlagged.minutesLostMax, 40);
});

test("what a person moved up, and a swept backlog, are counted and not compared", () => {
  const studies = [
    study(0, 50),
    study(10, 20, { pinned: true }),
    study(-90_000, 55, { lane: "backlog" }),
    study(20, undefined, { pinned: true }),
  ];
  const { byClass, leftOut } = orderEffect(studies, minutes(60));
  assert.deepEqual(leftOut, { pinned: 1, backlog: 1 });
  assert.equal(byClass.notFlagged.studies, 1);
  assert.equal(byClass.notFlagged.minutesWonTotal, 0);
});

test("of no studies there is nothing to say", () => {
  const nothing = { studies: 0, minutesWonMean: null, minutesWonTotal: 0, minutesWonMax: 0, minutesLostMax: 0 };
  assert.deepEqual(orderEffect([], 0).byClass, { flagged: nothing, notFlagged: nothing });
});

/** Lists as they can have come about: nothing was opened before it arrived, and no two at once. */
const lists = fc
  .array(
    fc.record({
      arrived: fc.integer({ min: 0, max: 500 }),
      wait: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }),
      flagged: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((rows) =>
    rows.map(({ arrived, wait, flagged }, i) =>
      study(arrived, wait === undefined ? undefined : arrived + wait + i / 100, {
        priority: flagged ? "HIGH" : "MEDIUM",
      }),
    ),
  );

test("whatever happened, what some have won others have lost", () => {
  fc.assert(
    fc.property(lists, (studies) => {
      const { byClass } = orderEffect(studies, minutes(1000));
      assert.ok(Math.abs(byClass.flagged.minutesWonTotal + byClass.notFlagged.minutesWonTotal) < 1e-6);
    }),
  );
});

test("a list that was read first come, first served has no effect to show", () => {
  fc.assert(
    fc.property(lists, (studies) => {
      const arrivals = studies.map(({ arrivedAt }) => arrivedAt).sort((a, b) => a - b);
      const openings = studies.map(({ openedAt }) => openedAt).filter((at) => at !== undefined);
      const served = openings
        .sort((a, b) => a - b)
        .map((openedAt, turn) => ({ ...study(0, 0), arrivedAt: arrivals[turn]!, openedAt }));
      const { byClass } = orderEffect(served, minutes(1000));
      assert.equal(byClass.notFlagged.minutesWonMax, 0);
      assert.equal(byClass.notFlagged.minutesLostMax, 0);
    }),
  );
});

test("nobody is given a turn before having arrived", () => {
  fc.assert(
    fc.property(lists, (studies) => {
      const opened = studies.filter(({ openedAt }) => openedAt !== undefined);
      const openings = opened.map(({ openedAt }) => openedAt!).sort((a, b) => a - b);
      const arrivals = studies.map(({ arrivedAt }) => arrivedAt).sort((a, b) => a - b);
      for (const [turn, at] of openings.entries()) assert.ok(arrivals[turn]! <= at);
    }),
  );
});
