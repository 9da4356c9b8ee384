import { quantile } from "@redspot/statistics";
import { MINUTE, type Study } from "./study.ts";

/** The classes of studies that are told apart, by the truth and by what the machine said. */
export const CLASSES = {
  all: () => true,
  fracture: ({ fracture }: Study) => fracture,
  noFracture: ({ fracture }: Study) => !fracture,
  /** A fracture that the machine did not flag. */
  missed: ({ fracture, outcome }: Study) => fracture && outcome !== "fracture",
  flagged: ({ outcome }: Study) => outcome === "fracture",
  notFlagged: ({ outcome }: Study) => outcome !== "fracture",
} as const;

export type ClassName = keyof typeof CLASSES;
export const CLASS_NAMES = Object.keys(CLASSES) as ClassName[];

export const CLASS_WORDS: Record<ClassName, string> = {
  all: "all",
  fracture: "with fracture",
  noFracture: "without",
  missed: "missed by the flag",
  flagged: "flagged",
  notFlagged: "not flagged",
};

/** How the studies of a class waited in one replication, in minutes. */
export interface Waits {
  readonly n: number;
  readonly mean: number;
  readonly p95: number;
  readonly longest: number;
  /** Against first come, first served, study by study: by how much it waited less on average, and the most that one waited longer. */
  readonly wonMean: number;
  readonly lostMost: number;
}

/**
 * The waits of those that arrived within a span of time, by class.
 *
 * @param firstCome when each study is opened first come, first served
 */
export function waitsOf(
  studies: readonly Study[],
  openedAt: Float64Array,
  firstCome: Float64Array,
  { from, until }: { from: number; until: number },
): Record<ClassName, Waits> {
  const within = [...studies.keys()].filter((i) => studies[i]!.arrivedAt >= from && studies[i]!.arrivedAt < until);
  const of = (isMember: (study: Study) => boolean): Waits => {
    const members = within.filter((i) => isMember(studies[i]!));
    const waits = Float64Array.from(members, (i) => (openedAt[i]! - studies[i]!.arrivedAt) / MINUTE).sort();
    const won = Float64Array.from(members, (i) => (firstCome[i]! - openedAt[i]!) / MINUTE);
    return {
      n: members.length,
      mean: meanOf(waits),
      p95: members.length === 0 ? Number.NaN : quantile(waits, 0.95),
      longest: waits.at(-1) ?? Number.NaN,
      wonMean: meanOf(won),
      lostMost: won.reduce((most, minutes) => Math.max(most, -minutes), 0),
    };
  };
  return Object.fromEntries(CLASS_NAMES.map((name) => [name, of(CLASSES[name])])) as Record<ClassName, Waits>;
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
