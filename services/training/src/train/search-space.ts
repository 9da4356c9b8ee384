import { randomStream } from "@redspot/statistics";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { TrainingError } from "../training-error.ts";
import { checkHeadOptions, type HeadOptions } from "./head-options.ts";

/** What a search may try, by the name that it has on the command line. */
const TUNABLE = {
  "learning-rate": (options, initialLearningRate) => withSchedule(options, { initialLearningRate }),
  decay: (options, decay) => withSchedule(options, { decay }),
  "decay-every": (options, decayEvery) => withSchedule(options, { decayEvery: Math.round(decayEvery) }),
  iterations: (options, iterations) => withSchedule(options, { iterations: Math.round(iterations) }),
  batch: (options, minibatch) => withSchedule(options, { minibatch: Math.round(minibatch) }),
  dropout: (options, dropout) => ({ ...options, dropout }),
  l2: (options, l2) => ({ ...options, l2 }),
  "fracture-weight": (options, fracture) => ({ ...options, classWeights: { ...options.classWeights, fracture } }),
} satisfies Record<string, (options: HeadOptions, value: number) => HeadOptions>;

type Tunable = keyof typeof TUNABLE;
export const TUNABLES = Object.keys(TUNABLE) as Tunable[];

/** The values of one option that a search tries: those given, or any from a range, each decade as likely as another. */
export interface Dimension {
  readonly name: Tunable;
  readonly values: readonly number[] | { readonly from: number; readonly to: number };
}

/** What a trial changes. */
export type Changes = Partial<Record<Tunable, number>>;

/**
 * Reads `learning-rate=0.005,0.02` or `l2=1e-5..1e-2`.
 *
 * @throws {RangeError} saying what is wrong
 */
export function parseDimension(text: string): Dimension {
  const [name = "", list = ""] = text.split("=");
  if (!TUNABLES.includes(name as Tunable)) throw new RangeError(`"${name}" is none of ${TUNABLES.join(", ")}.`);
  const number = (part: string) => {
    const value = Number(part);
    if (part.trim() === "" || !Number.isFinite(value)) throw new RangeError(`"${part}" in "${text}" is no number.`);
    return value;
  };
  if (!list.includes("..")) return { name: name as Tunable, values: list.split(",").map(number) };
  const [from, to] = list.split("..").map(number) as [number, number];
  if (!(from > 0 && to > from)) throw new RangeError(`In "${text}", a range goes from above 0 up.`);
  return { name: name as Tunable, values: { from, to } };
}

/**
 * Every combination of the given values.
 *
 * @throws {TrainingError} OPTIONS_INVALID, where a dimension is a range
 */
export function gridOf(dimensions: readonly Dimension[]): Changes[] {
  return dimensions.reduce<Changes[]>(
    (all, { name, values }) => {
      if (!isList(values))
        throw new TrainingError(
          "OPTIONS_INVALID",
          `A grid needs values of ${name}, such as ${name}=1,2, and not a range.`,
        );
      return all.flatMap((changes) => values.map((value) => ({ ...changes, [name]: value })));
    },
    [{}],
  );
}

/** So many random points: of a list, one of its values; of a range, evenly on the logarithm (Bergstra & Bengio 2012). */
export function drawTrials(dimensions: readonly Dimension[], trials: number, seed: number): Changes[] {
  const random = randomStream(seed, "search");
  return Array.from({ length: trials }, () =>
    Object.fromEntries(dimensions.map(({ name, values }) => [name, drawValue(values, random)])),
  );
}

function drawValue(values: Dimension["values"], random: RandomGenerator): number {
  if (isList(values)) return values[uniformInt(random, 0, values.length - 1)]!;
  const value = values.from * (values.to / values.from) ** uniformFloat64(random);
  // As many digits as anyone would write down, so that a trial can be repeated by hand.
  return Number(value.toPrecision(3));
}

/**
 * The options with a trial's changes.
 *
 * @throws {TrainingError} OPTIONS_INVALID, as with a dropout above 0.95
 */
export function withChanges(options: HeadOptions, changes: Changes): HeadOptions {
  const changed = TUNABLES.reduce((all, name) => {
    const value = changes[name];
    return value === undefined ? all : TUNABLE[name](all, value);
  }, options);
  return checkHeadOptions(changed);
}

function withSchedule(options: HeadOptions, change: Partial<HeadOptions["schedule"]>): HeadOptions {
  return { ...options, schedule: { ...options.schedule, ...change } };
}

const isList = (values: Dimension["values"]): values is readonly number[] => Array.isArray(values);
