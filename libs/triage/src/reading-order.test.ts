import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { headStartOf, priorityOf, type ReadingPolicy, readingOrder, type StudyToOrder } from "./reading-order.ts";

const HOUR = 3_600_000;
const policy: ReadingPolicy = { headStartMs: 4 * HOUR };

const arrivedAt = fc.integer({ min: 1_600_000_000_000_000, max: 3_000_000_000_000_000 }).map((micros) => micros / 1000);
const outcome = fc.constantFrom("fracture", "no-fracture", "inconclusive", "not-analysed", undefined);
const live = fc
  .record({
    arrivedAt,
    outcome,
    probability: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  })
  .map((study): StudyToOrder => ({ ...study, priority: priorityOf(study.outcome) }));
const backlog = live.map((study): StudyToOrder => ({ ...study, lane: "backlog", priority: "LOW" }));
const pinned = fc
  .tuple(fc.oneof(live, backlog), arrivedAt)
  .map(([study, pinnedAt]): StudyToOrder => ({ ...study, pinnedAt }));

test("of live studies only a fracture is HIGH, and none falls below MEDIUM; the backlog is LOW", () => {
  assert.equal(priorityOf("fracture"), "HIGH");
  for (const outcome of ["no-fracture", "inconclusive", "not-analysed", undefined] as const) {
    assert.equal(priorityOf(outcome), "MEDIUM");
    assert.equal(priorityOf(outcome, "backlog"), "LOW");
  }
  assert.equal(priorityOf("fracture", "backlog"), "LOW");
});

test("a flagged study passes what came up to one head start before it, and no more", () => {
  const flagged = readingOrder({ arrivedAt: 1_000 * HOUR, priority: "HIGH" }, policy);
  const before = (ms: number) => readingOrder({ arrivedAt: 1_000 * HOUR - ms, priority: "MEDIUM" }, policy);
  assert.ok(flagged < before(4 * HOUR - 1));
  assert.ok(flagged > before(4 * HOUR + 1));
});

test("with the head start at zero, whatever is found, the order is first come, first served, to the microsecond", () => {
  fc.assert(
    fc.property(fc.array(live), (studies) => {
      const off = { headStartMs: 0, inconclusiveHeadStartMs: HOUR, siteHeadStartMs: new Map([["a", 0]]) };
      for (const study of studies) assert.equal(readingOrder(study, off), study.arrivedAt);
    }),
  );
});

test("pinned before live before backlog, whatever else is known of them", () => {
  fc.assert(
    fc.property(pinned, live, backlog, (top, middle, end) => {
      assert.ok(readingOrder(top, policy) < readingOrder(middle, policy));
      assert.ok(readingOrder(middle, policy) < readingOrder(end, policy));
    }),
  );
});

test("the pinned stand in the order in which they were pinned", () => {
  fc.assert(
    fc.property(pinned, pinned, (one, other) => {
      const difference = readingOrder(one, policy) - readingOrder(other, policy);
      const apart = Math.round(((one.pinnedAt ?? 0) - (other.pinnedAt ?? 0)) * 1000);
      assert.equal(Math.sign(Math.round(difference * 1000)), Math.sign(apart));
    }),
  );
});

test("the backlog stands by probability, highest first, to five decimals, then by arrival, the unscored last", () => {
  fc.assert(
    fc.property(backlog, backlog, (one, other) => {
      const step = ({ probability }: StudyToOrder) => (probability === undefined ? -1 : Math.round(probability * 1e5));
      const tenth = (study: StudyToOrder) => Math.floor(study.arrivedAt / 100);
      const expected = step(other) - step(one) || tenth(one) - tenth(other);
      assert.equal(Math.sign(readingOrder(one, policy) - readingOrder(other, policy)), Math.sign(expected));
    }),
  );
});

test("a fracture outranks an inconclusive, which outranks none where a site wants it", () => {
  const study = (outcome: "fracture" | "inconclusive" | "no-fracture") => ({
    arrivedAt: 1_000 * HOUR,
    priority: priorityOf(outcome),
    outcome,
  });
  const wanted = { ...policy, inconclusiveHeadStartMs: HOUR };
  const [fracture, inconclusive, none] = (["fracture", "inconclusive", "no-fracture"] as const).map((outcome) =>
    readingOrder(study(outcome), wanted),
  );
  assert.ok(fracture! < inconclusive! && inconclusive! < none!);
  assert.equal(readingOrder(study("inconclusive"), policy), readingOrder(study("no-fracture"), policy));
  const tooMuch = { headStartMs: HOUR, inconclusiveHeadStartMs: 2 * HOUR };
  assert.equal(headStartOf(study("inconclusive"), tooMuch), HOUR, "never more than that of a fracture");
});

test("a site has its own head start where it is told one", () => {
  const sites = { ...policy, siteHeadStartMs: new Map([["a", HOUR]]), inconclusiveHeadStartMs: 2 * HOUR };
  assert.equal(headStartOf({ priority: "HIGH", site: "a" }, sites), HOUR);
  assert.equal(headStartOf({ priority: "MEDIUM", outcome: "inconclusive", site: "a" }, sites), HOUR);
  assert.equal(headStartOf({ priority: "HIGH", site: "b" }, sites), 4 * HOUR);
  assert.equal(headStartOf({ priority: "HIGH" }, sites), 4 * HOUR);
});
