import assert from "node:assert/strict";
import { test } from "node:test";
import { drawInput, makeCase } from "../test-support.ts";
import type { Split } from "../work-folder.ts";
import { crossesParts, findLeaks, findNearDuplicates } from "./find-leaks.ts";
import { perceptualHash } from "./perceptual-hash.ts";

const images = [0, 1, 2, 3].map(drawInput);
const cases = images.map((pixels, n) => makeCase(n, pixels));
const hashes = new Map(cases.map(({ id }, n) => [id, perceptualHash(images[n]!)]));
const [a, b, c, d] = cases.map(({ id }) => id) as [string, string, string, string];
const parts: Split["parts"] = { training: [a, b], validation: [c], testing: [d], final: [] };

test("a clean split has no findings", () => {
  assert.deepEqual(findNearDuplicates(cases, hashes), []);
  assert.deepEqual(findLeaks(cases, parts, []), []);
});

test("one patient on both sides is found", () => {
  const planted = cases.map((one) => (one.id === d ? { ...one, patient: cases[1]!.patient } : one));
  assert.deepEqual(findLeaks(planted, parts, []), [
    { kind: "patient", a: b, b: d, parts: ["training", "testing"], distance: 0 },
  ]);
});

test("one case in two parts is found", () => {
  const twice = { ...parts, final: [a] };
  assert.deepEqual(findLeaks(cases, twice, []), [
    { kind: "patient", a, b: a, parts: ["training", "final"], distance: 0 },
  ]);
});

test("one image under two patients is found, with another window on it too", () => {
  const again = images[0]!.map((grey) => Math.min(1, Math.max(0, grey * 1.1 - 0.02)));
  const copy = makeCase(9, again);
  const planted = [...cases, copy];
  const nearDuplicates = findNearDuplicates(planted, new Map([...hashes, [copy.id, perceptualHash(again)]]));
  const found = findLeaks(planted, { ...parts, final: [copy.id] }, nearDuplicates);
  assert.deepEqual(
    found.map((finding) => [finding.kind, finding.a, finding.b, finding.parts]),
    [["near-duplicate", a, copy.id, ["training", "final"]]],
  );
  assert.ok(found.every(crossesParts));
  const together = findLeaks(planted, { ...parts, training: [a, b, copy.id] }, nearDuplicates);
  assert.deepEqual([together.length, together.some(crossesParts)], [1, false]);
});

test("two images of one patient may look the same", () => {
  const copy = makeCase(9, images[0]!, { patient: cases[0]!.patient, id: "f".repeat(32) });
  assert.deepEqual(findNearDuplicates([...cases, copy], new Map([...hashes, [copy.id, hashes.get(a)!]])), []);
});
