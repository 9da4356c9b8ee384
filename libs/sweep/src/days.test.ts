import assert from "node:assert/strict";
import { test } from "node:test";
import { daysBetween, readDay } from "./days.ts";

test("a day is read with hyphens or without, and has to exist", () => {
  assert.equal(readDay("2024-02-29")?.toISOString(), "2024-02-29T00:00:00.000Z");
  assert.equal(readDay("20240131")?.toISOString(), "2024-01-31T00:00:00.000Z");
  for (const none of ["2023-02-29", "2024-13-01", "31.1.2024", "", "202401"])
    assert.equal(readDay(none), undefined, none);
});

test("the days between two go over the ends of months and years, the newest first", () => {
  const [from, to] = [readDay("2023-12-30")!, readDay("2024-01-01")!];
  assert.deepEqual(daysBetween(from, to), ["20240101", "20231231", "20231230"]);
  assert.deepEqual(daysBetween(from, to, { oldestFirst: true }), ["20231230", "20231231", "20240101"]);
  assert.deepEqual(daysBetween(to, to), ["20240101"]);
  assert.deepEqual(daysBetween(to, from), []);
});
