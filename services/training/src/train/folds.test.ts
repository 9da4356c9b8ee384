import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dealFolds } from "./folds.ts";

test("no patient is in two folds, whatever the images", () => {
  const members = fc.array(
    fc.record({ patient: fc.integer({ min: 0, max: 20 }).map(String), label: fc.constantFrom(0, 1) }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(members, fc.integer({ min: 2, max: 6 }), fc.integer({ min: 0, max: 99 }), (all, k, seed) => {
      const folds = dealFolds(all, k, seed);
      const seen = new Map<string, number>();
      for (const [i, { patient }] of all.entries()) {
        assert.ok(folds[i]! < k);
        assert.equal(seen.get(patient) ?? folds[i], folds[i]);
        seen.set(patient, folds[i]!);
      }
    }),
  );
});

test("each fold has as many patients of either class as the others, and the order of the cases does not matter", () => {
  const members = Array.from({ length: 60 }, (_, i) => ({ patient: `${i}`, label: i % 3 === 0 ? 1 : 0 }));
  const folds = dealFolds(members, 5, 1);
  for (let fold = 0; fold < 5; fold++) {
    const own = members.filter((_, i) => folds[i] === fold);
    assert.equal(own.length, 12);
    assert.equal(own.filter(({ label }) => label === 1).length, 4);
  }
  assert.deepEqual([...dealFolds(members.toReversed(), 5, 1)], [...folds].reverse());
  assert.notDeepEqual(dealFolds(members, 5, 2), folds);
});
