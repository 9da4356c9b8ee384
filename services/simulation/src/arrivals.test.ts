import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "@redspot/statistics";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { drawArrivals, PROFILES, weekOf } from "./arrivals.ts";
import { HOUR, WEEK } from "./study.ts";

test("arrivals keep to their rate, and to the shape of the week", () => {
  const random = randomStream(1, "arrivals");
  const weeks = 400;
  const arrivals = drawArrivals(5, PROFILES.week, weeks * WEEK, () => uniformFloat64(random));
  assert.ok(arrivals.every((at, i) => i === 0 || at > arrivals[i - 1]!));
  assert.ok(Math.abs(arrivals.length / (5 * 168 * weeks) - 1) < 0.01);
  const within = (from: number, to: number) =>
    arrivals.filter((at) => at % WEEK >= from * HOUR && at % WEEK < to * HOUR).length / weeks / (to - from);
  const expected = (from: number, to: number) =>
    (5 * PROFILES.week.slice(from, to).reduce((sum, share) => sum + share, 0)) / (to - from);
  for (const [from, to] of [
    [0, 24],
    [3, 4],
    [17, 18],
    [120, 168],
  ] as const) {
    assert.ok(Math.abs(within(from, to) / expected(from, to) - 1) < 0.06, `hours ${from} to ${to}`);
  }
});

test("a week is made of 168 figures, or of a day's 24; others are refused by name", () => {
  const week = weekOf(Array.from({ length: 24 }, (_, hour) => hour));
  assert.equal(week.length, 168);
  assert.equal(week[30], week[6]);
  assert.ok(Math.abs(week.reduce((sum, share) => sum + share, 0) - 168) < 1e-9);
  assert.throws(() => weekOf([1, 2]), /2 figures: give 24/);
  assert.throws(() => weekOf([...new Array(23).fill(1), -1]), /-1: give how many/);
  assert.throws(() => weekOf(new Array(24).fill(0)), /nothing would ever arrive/);
});
