import assert from "node:assert/strict";
import { test } from "node:test";
import type { ShadowNote, VerdictOnStudy } from "@redspot/queue";
import { comparePackages } from "./compare-packages.ts";
import { comparisonPage } from "./comparison-page.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)] as const;
type Outcome = ShadowNote["scores"][string]["outcome"];

const note = (study: number, speaks: [number, Outcome], shadow: [number, Outcome], revision = 1): ShadowNote => ({
  ...{ studyInstanceUID: `1.${study}`, revision, at: Date.UTC(2026, 0, study) },
  scores: Object.fromEntries(
    [
      [A, speaks],
      [B, shadow],
    ].map(([hash, [logit, outcome]]) => [hash as string, { logit, probability: 0.5, outcome }]),
  ) as ShadowNote["scores"],
});
const YES = "fracture" as const;
const NO = "no-fracture" as const;
const verdict = (study: number, said: VerdictOnStudy["verdict"], revision = 1): VerdictOnStudy => ({
  ...{ studyInstanceUID: `1.${study}`, by: "somebody", at: study, verdict: said, revision },
});

/** Forty studies: both flag ten, the first alone three, the shadow alone seven; readers judge what was flagged and two others. */
const NOTES = Array.from({ length: 40 }, (_, at) => {
  const [speaks, shadow] = [at < 13, at < 10 || (at >= 13 && at < 20)];
  return note(at + 1, [speaks ? 2 : -2 - at / 100, speaks ? YES : NO], [shadow ? 2 : -2 - at / 50, shadow ? YES : NO]);
});
/** Right were those that both flagged, the shadow's seven but one, and one of those that nobody flagged. */
const VERDICTS = Array.from({ length: 22 }, (_, at) =>
  verdict(at + 1, at < 10 || (at >= 13 && at < 19) || at === 20 ? YES : NO),
);

test("agreement, flags and McNemar's test are those of the table, counted by hand", () => {
  const { studies, same, flagged, inconclusive } = comparePackages(NOTES, [A, B], []);
  assert.deepEqual([studies, same!.value, same!.n], [40, 30 / 40, 40]);
  assert.deepEqual([flagged!.speaks.value, flagged!.shadow.value], [13 / 40, 17 / 40]);
  assert.deepEqual([flagged!.onlySpeaks, flagged!.onlyShadow], [3, 7]);
  // 2 (1 + 10 + 45 + 120) / 2^10.
  assert.equal(flagged!.p.toFixed(9), (352 / 1024).toFixed(9));
  assert.equal(flagged!.difference, 4 / 40);
  assert.ok(flagged!.low < 0.1 && flagged!.high > 0.1);
  assert.deepEqual([inconclusive!.speaks.value, inconclusive!.p], [0, 1]);
});

test("who speaks is who is named first", () => {
  const turned = comparePackages(NOTES, [B, A], VERDICTS);
  const { flagged, verdicts } = comparePackages(NOTES, [A, B], VERDICTS);
  assert.equal(turned.flagged!.difference, -flagged!.difference);
  assert.equal(turned.verdicts.sensitivity!.difference, -verdicts.sensitivity!.difference);
});

test("with readers' verdicts as truth: sensitivity, specificity and who is right more often", () => {
  const { verdicts } = comparePackages(NOTES, [A, B], VERDICTS);
  assert.deepEqual([verdicts.studies, verdicts.fractures], [22, 17]);
  assert.deepEqual([verdicts.sensitivity!.speaks.value, verdicts.sensitivity!.shadow.value], [10 / 17, 16 / 17]);
  assert.deepEqual([verdicts.sensitivity!.onlySpeaks, verdicts.sensitivity!.onlyShadow], [0, 6]);
  assert.equal(verdicts.sensitivity!.p.toFixed(12), (2 / 2 ** 6).toFixed(12));
  assert.deepEqual([verdicts.specificity!.speaks.value, verdicts.specificity!.shadow.value], [2 / 5, 4 / 5]);
  assert.deepEqual([verdicts.right!.speaks.value, verdicts.right!.shadow.value], [12 / 22, 20 / 22]);
  assert.equal(verdicts.area, undefined, "five without a fracture are too few");
});

test("areas are compared by DeLong's test where there are ten of either kind", () => {
  const more = Array.from({ length: 40 }, (_, at) => verdict(at + 1, at < 10 || (at >= 13 && at < 19) ? YES : NO));
  const { area } = comparePackages(NOTES, [A, B], more).verdicts;
  // Of the 16 x 24 pairs the first puts 10 x 21 and 6 x 21 right and 10 x 3 level, the shadow 16 x 23 right and 16 level.
  assert.equal(area!.speaks.value.toFixed(12), (351 / 384).toFixed(12));
  assert.equal(area!.shadow.value.toFixed(12), (376 / 384).toFixed(12));
  assert.equal(area!.difference.toFixed(12), (25 / 384).toFixed(12));
  assert.ok(area!.low < 0 && area!.high > 0 && area!.p > 0.05, "seven studies more are not enough");
});

test("it says how few there are, and on what readers gave verdicts", () => {
  const { verdicts, cautions } = comparePackages(NOTES, [A, B], VERDICTS);
  assert.deepEqual(verdicts.flagged, { studies: 20, verdicts: 20 });
  assert.deepEqual(verdicts.unflagged, { studies: 20, verdicts: 2 });
  const all = cautions.join("\n");
  assert.match(all, /40 studies are few/);
  assert.match(all, /20 of 20 studies that a package flagged .* 2 of 20 that neither did.*verification bias/s);
  assert.match(all, /17 verdicts with a fracture and 5 without: areas .* need 10 of each/);
  const alike = comparePackages(
    NOTES.map(({ scores, ...one }) => ({ ...one, scores: { [A]: scores[A]!, [B]: scores[A]! } })),
    [A, B],
    [],
  );
  assert.match(alike.cautions.join("\n"), /differ in what they flag on 0 studies: .* no difference can be shown/);
  assert.match(alike.cautions.join("\n"), /nothing is known of which package is right/);
});

test("it says where readers have only contradicted the package that speaks", () => {
  const wrong = NOTES.map(({ scores }, at) => verdict(at + 1, scores[A]!.outcome === "fracture" ? NO : YES));
  const said = /Every verdict contradicts the package that speaks/;
  assert.match(comparePackages(NOTES, [A, B], wrong).cautions.join("\n"), said);
  assert.doesNotMatch(comparePackages(NOTES, [A, B], VERDICTS).cautions.join("\n"), said);
});

test("a verdict about another revision is left out, and counted", () => {
  const { verdicts, cautions } = comparePackages(NOTES, [A, B], [verdict(1, YES, 2), verdict(2, YES)]);
  assert.deepEqual([verdicts.studies, verdicts.otherRevision], [1, 1]);
  assert.match(cautions.join("\n"), /1 verdicts were given before further images came/);
});

test("with nothing in common there is nothing to compare, and that is said", () => {
  const none = comparePackages([], [A, B], VERDICTS);
  assert.deepEqual([none.studies, none.flagged, none.verdicts.studies], [0, undefined, 0]);
  const names = [A, B].map((packageHash) => ({ packageHash, name: "n", version: "1.0.0" })) as never;
  assert.match(comparisonPage(none, names), /No study has been scored by both packages yet/);
});

test("as a page it has a line for each figure", () => {
  const names = [A, B].map((packageHash) => ({ packageHash, name: packageHash[0]!, version: "1.0.0" })) as never;
  const page = comparisonPage(comparePackages(NOTES, [A, B], VERDICTS), names);
  assert.match(page, /^40 studies that both scored, 2026-01-01 to 2026-02-09$/m);
  assert.match(
    page,
    /^flagged +32\.5 % of 40 \(20-48\) +42\.5 % of 40 .*\+10\.0 % \(.*0\.344 \(3 and 7 of one only\)$/m,
  );
  assert.match(page, /^sensitivity +58\.8 % of 17 /m);
  assert.match(page, /^same answer +75\.0 %/m);
});
