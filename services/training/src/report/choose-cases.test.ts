import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseCases } from "./choose-cases.ts";

test("the best and the worst of either class and the two nearest to the cut-off are shown, none twice", () => {
  const probabilities = [0.9, 0.1, 0.02, 0.99, 0.48, 0.45, 0.7, 0.3];
  const labels = Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0);
  assert.deepEqual(chooseCases(probabilities, labels, 0.5), [
    { row: 0, why: "best" },
    { row: 1, why: "best" },
    { row: 2, why: "worst" },
    { row: 3, why: "worst" },
    { row: 4, why: "most doubtful" },
    { row: 5, why: "most doubtful" },
  ]);
  const few = chooseCases([0.8, 0.2], Uint8Array.of(1, 0), 0.5);
  assert.deepEqual(
    few.map(({ row }) => row),
    [0, 1],
  );
});
