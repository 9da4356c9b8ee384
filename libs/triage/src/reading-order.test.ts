import assert from "node:assert/strict";
import { test } from "node:test";
import { priorityOf, readingOrder } from "./reading-order.ts";

test("only a fracture is moved, and nothing is ever moved back", () => {
  assert.equal(priorityOf("fracture"), "HIGH");
  for (const outcome of ["no-fracture", "inconclusive", "not-analysed", undefined] as const) {
    assert.equal(priorityOf(outcome), "MEDIUM");
  }
});

test("a flagged study passes what came up to one head start before it, and no more", () => {
  const headStart = 240 * 60_000;
  const flagged = readingOrder(1_000_000_000, "HIGH", headStart);
  assert.ok(flagged < readingOrder(1_000_000_000 - headStart + 1, "MEDIUM", headStart));
  assert.ok(flagged > readingOrder(1_000_000_000 - headStart - 1, "MEDIUM", headStart));
});

test("without flags the order is first come, first served", () => {
  const arrivals = [5, 1, 4, 2, 3];
  const ordered = arrivals.toSorted((a, b) => readingOrder(a, "MEDIUM", 240) - readingOrder(b, "MEDIUM", 240));
  assert.deepEqual(ordered, [1, 2, 3, 4, 5]);
});
