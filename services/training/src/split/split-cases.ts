import { randomStream, shuffle } from "@redspot/statistics";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { AUGMENTED_COUNT } from "../augment/augmentation.ts";
import { TrainingError } from "../training-error.ts";
import type { Case, Split } from "../work-folder.ts";
import type { NearDuplicate } from "./find-leaks.ts";

const SPLIT_PARTS = ["training", "validation", "testing"] as const;
type SplitPart = (typeof SPLIT_PARTS)[number];
const LABELS = ["fracture", "no fracture"] as const;

export interface SplitOptions {
  readonly seed: number;
  readonly ratios: Split["ratios"];
  /** Cases of either class in the final set. */
  readonly finalEach: number;
  /** Different patients who may be one person: they stay together. */
  readonly nearDuplicates: readonly NearDuplicate[];
  /** Augments first and splits then, as the paper did. */
  readonly asPublished: boolean;
}

/**
 * Splits cases into parts: first the final set, the latest `finalEach` of either class in the order of acquisition, one
 * image a patient; then the others by patient in the given ratios, each class by itself. Other images of the final set's
 * patients are in no part. The same cases and seed give the same parts.
 *
 * @throws {TrainingError} ONE_CLASS_ONLY, TOO_FEW_CASES
 */
export function splitCases(cases: readonly Case[], options: SplitOptions): Pick<Split, "parts" | "leftOut"> {
  const { seed, finalEach, nearDuplicates } = options;
  demandBothClasses(cases);
  const personOf = personsOf(cases, nearDuplicates);
  const final = chooseFinal(cases, finalEach, personOf);
  const tested = new Set(final.map(personOf));
  const others = cases.filter((one) => !tested.has(personOf(one)));
  const random = randomStream(seed, "split");
  const parts = options.asPublished
    ? divideImages(others, options.ratios, random)
    : dividePersons(others, options.ratios, personOf, random);
  demandEveryClass(parts, others, finalEach);
  const chosen = new Set(final);
  return {
    parts: { ...parts, final: final.map(({ id }) => id) },
    leftOut: cases.filter((one) => tested.has(personOf(one)) && !chosen.has(one)).map(({ id }) => id),
  };
}

function demandBothClasses(cases: readonly Case[]): void {
  const [fractures, others] = LABELS.map((label) => cases.filter((one) => one.label === label).length);
  if (fractures !== 0 && others !== 0) return;
  throw new TrainingError(
    "ONE_CLASS_ONLY",
    `There are ${fractures} cases with and ${others} without a fracture: a classifier is trained on both. Collect the other class too.`,
  );
}

/** Who a case belongs to: the patient, patients who may be one person under one name. */
function personsOf(cases: readonly Case[], nearDuplicates: readonly NearDuplicate[]): (one: Case) => string {
  const leader = new Map(cases.map(({ patient }) => [patient, patient]));
  const find = (patient: string): string => {
    const next = leader.get(patient)!;
    return next === patient ? patient : find(next);
  };
  for (const { a, b } of nearDuplicates) leader.set(find(a.patient), find(b.patient));
  return ({ patient }) => find(patient);
}

function chooseFinal(cases: readonly Case[], each: number, personOf: (one: Case) => string): Case[] {
  const latestFirst = cases.toSorted((a, b) => b.order - a.order || (a.id < b.id ? -1 : 1));
  const persons = new Set<string>();
  const chosen: Case[] = [];
  const left = { fracture: each, "no fracture": each };
  for (const one of latestFirst) {
    if (left[one.label] === 0 || persons.has(personOf(one))) continue;
    left[one.label] -= 1;
    persons.add(personOf(one));
    chosen.push(one);
  }
  if (left.fracture > 0 || left["no fracture"] > 0) {
    throw new TrainingError(
      "TOO_FEW_CASES",
      `A final set of ${each} + ${each} patients cannot be filled: ${left.fracture} with and ${left["no fracture"]} without a fracture are missing. Collect more, or ask for a smaller one (--final).`,
    );
  }
  return chosen.toReversed();
}

/** Persons, the ones with most images first and otherwise in a drawn order, each to the part that is furthest behind. */
function dividePersons(
  cases: readonly Case[],
  ratios: Split["ratios"],
  personOf: (one: Case) => string,
  random: RandomGenerator,
): Record<SplitPart, string[]> {
  const persons = shuffle([...Map.groupBy(cases, personOf).values()], random).sort((a, b) => b.length - a.length);
  const wanted = LABELS.map((label) => {
    return targets(cases.filter((one) => one.label === label).length, ratios);
  });
  const have = SPLIT_PARTS.map(() => LABELS.map(() => 0));
  const parts: Record<SplitPart, Case[]> = { training: [], validation: [], testing: [] };
  for (const images of persons) {
    const own = LABELS.map((label) => images.filter((one) => one.label === label).length);
    const behind = SPLIT_PARTS.map((_, at) =>
      own.reduce((sum, count, label) => {
        const target = wanted[label]![at]!;
        return target === 0 ? sum - count * cases.length : sum + (count * (target - have[at]![label]!)) / target;
      }, 0),
    );
    const at = behind.indexOf(Math.max(...behind));
    parts[SPLIT_PARTS[at]!].push(...images);
    for (const [label, count] of own.entries()) have[at]![label]! += count;
  }
  const ordered = (part: SplitPart) => parts[part].toSorted((a, b) => a.order - b.order).map(({ id }) => id);
  return { training: ordered("training"), validation: ordered("validation"), testing: ordered("testing") };
}

/** Whole numbers in the given ratios, by largest remainder. */
function targets(count: number, ratios: Split["ratios"]): number[] {
  const exact = SPLIT_PARTS.map((part) => ratios[part] * count);
  const whole = exact.map(Math.floor);
  const remainders = exact.map((share, at) => ({ at, left: share - whole[at]! })).sort((a, b) => b.left - a.left);
  const missing = count - whole.reduce((sum, share) => sum + share, 0);
  for (const { at } of remainders.slice(0, missing)) whole[at]! += 1;
  return whole;
}

/** The published order: all augmented images of either class are drawn into the parts, whoever they are of. */
function divideImages(
  cases: readonly Case[],
  ratios: Split["ratios"],
  random: RandomGenerator,
): Record<SplitPart, string[]> {
  const parts: Record<SplitPart, string[]> = { training: [], validation: [], testing: [] };
  for (const label of LABELS) {
    const own = cases.filter((one) => one.label === label);
    const images = own.flatMap(({ id }) => Array.from({ length: AUGMENTED_COUNT }, (_, k) => `${id}-${k}`));
    const drawn = shuffle(images, random);
    const validation = Math.round(ratios.validation * drawn.length);
    const testing = validation + Math.round(ratios.testing * drawn.length);
    parts.validation.push(...drawn.slice(0, validation));
    parts.testing.push(...drawn.slice(validation, testing));
    parts.training.push(...drawn.slice(testing));
  }
  return parts;
}

function demandEveryClass(parts: Record<SplitPart, string[]>, cases: readonly Case[], finalEach: number): void {
  const labelOf = new Map(cases.map(({ id, label }) => [id, label]));
  for (const part of SPLIT_PARTS) {
    for (const label of LABELS) {
      if (parts[part].some((member) => labelOf.get(member.split("-")[0]!) === label)) continue;
      throw new TrainingError(
        "TOO_FEW_CASES",
        `With ${cases.length} cases beside a final set of ${finalEach} + ${finalEach}, the ${part} part gets none with "${label}". Collect more, or choose other ratios (--ratios) or a smaller final set (--final).`,
      );
    }
  }
}
