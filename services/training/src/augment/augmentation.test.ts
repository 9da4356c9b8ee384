import assert from "node:assert/strict";
import { test } from "node:test";
import { AS_IT_IS, AUGMENTED_COUNT, augmentationsOf, RANGES } from "./augmentation.ts";

const ids = Array.from({ length: 500 }, (_, n) => n.toString(16).padStart(32, "0"));

test("eight images of each: as it is and three drawn, and the same of the mirror image", () => {
  const eight = augmentationsOf(ids[0]!, 1);
  assert.equal(eight.length, AUGMENTED_COUNT);
  assert.deepEqual(eight[0], AS_IT_IS);
  assert.deepEqual(eight[4], { ...AS_IT_IS, augmentation: 4, flip: true });
  assert.deepEqual(
    eight.map(({ flip }) => flip),
    [false, false, false, false, true, true, true, true],
  );
  assert.equal(new Set(eight.map(({ rotation }) => rotation)).size, 7);
});

test("the ranges are the paper's, and are used to both ends", () => {
  assert.deepEqual(RANGES, { rotation: 25, shift: 0.15, shear: 10, zoom: 0.15 });
  const all = ids.flatMap((id) => augmentationsOf(id, 1));
  const ranges = [
    [all.map(({ rotation }) => rotation), 25],
    [all.map(({ shiftX }) => shiftX), 0.15],
    [all.map(({ shiftY }) => shiftY), 0.15],
    [all.map(({ shear }) => shear), 10],
    [all.map(({ zoom }) => zoom - 1), 0.15],
  ] as const;
  for (const [values, most] of ranges) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    assert.ok(low >= -most && low < -0.98 * most, `${low} of -${most}`);
    assert.ok(high <= most && high > 0.98 * most, `${high} of ${most}`);
  }
});

test("what is drawn depends on the case and the seed, and on nothing that was drawn before", () => {
  const alone = augmentationsOf(ids[7]!, 1);
  ids.toReversed().map((id) => augmentationsOf(id, 1));
  assert.deepEqual(augmentationsOf(ids[7]!, 1), alone);
  assert.notDeepEqual(augmentationsOf(ids[7]!, 2), alone);
  assert.notDeepEqual(augmentationsOf(ids[8]!, 1), alone);
});
