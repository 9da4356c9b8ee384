import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { makeCase } from "../test-support.ts";
import { type Case, PARTS } from "../work-folder.ts";
import { findLeaks } from "./find-leaks.ts";
import { type SplitOptions, splitCases } from "./split-cases.ts";

const ratios = { training: 0.8, validation: 0.1, testing: 0.1 };
const options: SplitOptions = { seed: 1, ratios, finalEach: 50, nearDuplicates: [], asPublished: false };

/** Cases without images: a split does not look at them. */
function cases(count: number, patientOf: (n: number) => number = (n) => n): Case[] {
  return Array.from({ length: count }, (_, n) =>
    makeCase(n, new Float32Array(1), { patient: `${patientOf(n)}`.padStart(32, "0"), id: `${n}`.padStart(32, "0") }),
  );
}

test("the paper's sizes: 1,389 cases go 80:10:10, class by class, beside 50 + 50 kept apart", () => {
  const all = cases(1489);
  const { parts, leftOut } = splitCases(all, options);
  assert.deepEqual([parts.training.length, parts.final.length], [1111, 100]);
  for (const part of ["validation", "testing"] as const) assert.ok(Math.abs(parts[part].length - 139) <= 1, part);
  assert.deepEqual(leftOut, []);
  const labels = new Map(all.map(({ id, label }) => [id, label]));
  for (const part of PARTS) {
    const fractures = parts[part].filter((id) => labels.get(id) === "fracture").length;
    assert.ok(Math.abs(fractures - parts[part].length / 2) <= 1, part);
  }
  // Consecutive, and the latest.
  assert.deepEqual(
    parts.final,
    all.slice(-100).map(({ id }) => id),
  );
});

test("the same cases and seed give the same parts, in whatever order they come; another seed gives others", () => {
  const all = cases(300);
  const first = splitCases(all, { ...options, finalEach: 10 });
  assert.deepEqual(splitCases(all, { ...options, finalEach: 10 }), first);
  const second = splitCases(all, { ...options, finalEach: 10, seed: 2 });
  assert.deepEqual(second.parts.final, first.parts.final);
  assert.notDeepEqual(second.parts.testing, first.parts.testing);
});

test("whoever has how many images, nobody is on two sides and nothing gets lost", () => {
  const some = fc.array(fc.nat({ max: 60 }), { minLength: 120, maxLength: 200 });
  fc.assert(
    fc.property(some, fc.nat(), (patients, seed) => {
      const all = cases(patients.length, (n) => patients[n]!);
      const { parts, leftOut } = splitCases(all, { ...options, seed, finalEach: 2 });
      assert.deepEqual(findLeaks(all, parts, []), []);
      const placed = [...PARTS.flatMap((part) => parts[part]), ...leftOut].sort();
      assert.deepEqual(placed, all.map(({ id }) => id).sort());
    }),
    { numRuns: 50 },
  );
});

test("one person under two patients stays together, and out of the way of the final set", () => {
  const all = cases(60);
  const [early, late] = [all[5]!, all[59]!];
  const nearDuplicates = [
    { a: all[10]!, b: all[21]!, distance: 4 },
    { a: early, b: late, distance: 0 },
  ];
  for (const seed of [1, 2, 3, 4, 5]) {
    const { parts, leftOut } = splitCases(all, { ...options, seed, finalEach: 3, nearDuplicates });
    const together = PARTS.filter((part) => parts[part].some((id) => id === all[10]!.id || id === all[21]!.id));
    assert.equal(together.length, 1);
    assert.ok(parts.final.includes(late.id));
    assert.deepEqual(leftOut, [early.id]);
  }
});

test("as published, augmented images are split whoever they are of, the final set apart", () => {
  const all = cases(110);
  const { parts } = splitCases(all, { ...options, finalEach: 5, asPublished: true });
  const images = [...parts.training, ...parts.validation, ...parts.testing];
  assert.deepEqual([images.length, new Set(images).size], [800, 800]);
  assert.deepEqual([parts.validation.length, parts.testing.length, parts.final.length], [80, 80, 10]);
  const shared = findLeaks(all, parts, []).filter((finding) => finding.parts.includes("training"));
  assert.ok(shared.length > 80, `${shared.length}`);
  assert.ok(findLeaks(all, parts, []).every((finding) => !finding.parts.includes("final")));
});

test("one class only, and too few for what was asked, are refused with what is missing", () => {
  const fractures = cases(40).filter(({ label }) => label === "fracture");
  assert.throws(() => splitCases(fractures, options), {
    code: "ONE_CLASS_ONLY",
    message: /20 cases with and 0 without/,
  });
  assert.throws(() => splitCases([], options), { code: "ONE_CLASS_ONLY" });
  assert.throws(() => splitCases(cases(40), options), { code: "TOO_FEW_CASES", message: /30 with and 30 without/ });
  assert.throws(() => splitCases(cases(12), { ...options, finalEach: 4 }), {
    code: "TOO_FEW_CASES",
    message: /validation|testing/,
  });
});
