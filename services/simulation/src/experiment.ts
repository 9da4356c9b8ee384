import { drawStudies, type Load } from "./draw-studies.ts";
import { type Estimate, estimate } from "./estimate.ts";
import type { Policy } from "./policy.ts";
import { readStudies } from "./reading-room.ts";
import type { Roster } from "./roster.ts";
import { HOUR, MINUTE, type Study, WEEK } from "./study.ts";
import { waitingList } from "./waiting-list.ts";
import { CLASS_NAMES, CLASSES, type ClassName, type Waits, waitsOf } from "./waits.ts";

/** A reading room, and how long and how often it is looked at. */
export interface Experiment {
  readonly load: Load;
  readonly roster: Roster;
  readonly policies: readonly Policy[];
  readonly replications: number;
  /** What is measured of each replication; a week before it fills the room, and a week after it keeps it filled. */
  readonly weeks: number;
  readonly seed: number;
}

type ClassFigures = Record<keyof Waits, Estimate>;

export interface PolicyResult {
  readonly policy: Policy;
  readonly classes: Record<ClassName, ClassFigures>;
  /** Of each class, the part that waits longer than so many steps of 5 minutes, all replications together. */
  readonly stillWaiting: Record<ClassName, number[]>;
}

export interface Results {
  readonly policies: readonly PolicyResult[];
  /** How many studies come in, and how many wait on average, in each hour of the week, first come, first served. */
  readonly week: readonly { readonly arrivals: number; readonly waiting: number }[];
  readonly studies: number;
}

export const STEP_MINUTES = 5;
const STEPS = 24 * (60 / STEP_MINUTES);
const WARM_UP = WEEK;

const FIRST_COME: Policy = { order: "first-come" };

/**
 * Independent replications of a reading room, each read in every order: the same studies with the same reading times,
 * so that what differs is the order alone. Hands back control between replications to whoever shows progress.
 */
export function* runExperiment(experiment: Experiment): Generator<number, Results> {
  const { load, roster, policies, replications, weeks, seed } = experiment;
  const span = { from: WARM_UP, until: WARM_UP + weeks * WEEK };
  const measured = policies.map(() => ({
    waits: [] as Record<ClassName, Waits>[],
    counts: Object.fromEntries(CLASS_NAMES.map((name) => [name, new Float64Array(STEPS + 1)])) as Counts,
  }));
  const week = Array.from({ length: 168 }, () => ({ arrivals: 0, waiting: 0 }));
  let total = 0;
  for (let replication = 0; replication < replications; replication++) {
    const studies = drawStudies(load, span.until + WEEK, seed, replication);
    const firstCome = readStudies(studies, waitingList(FIRST_COME, studies), roster);
    countWeek(week, studies, firstCome, span, replications * weeks);
    total += studies.length;
    for (const [i, policy] of policies.entries()) {
      const isFirstCome = policy.order === "first-come";
      const openedAt = isFirstCome ? firstCome : readStudies(studies, waitingList(policy, studies), roster);
      measured[i]!.waits.push(waitsOf(studies, openedAt, firstCome, span));
      countWaits(measured[i]!.counts, studies, openedAt, span);
      yield (replication * policies.length + i + 1) / (replications * policies.length);
    }
  }
  return {
    studies: total,
    week,
    policies: policies.map((policy, i) => ({
      policy,
      classes: byClass((name) => figuresOf(measured[i]!.waits.map((waits) => waits[name]))),
      stillWaiting: byClass((name) => partsLongerThan(measured[i]!.counts[name])),
    })),
  };
}

type Counts = Record<ClassName, Float64Array>;

const byClass = <T>(of: (name: ClassName) => T) =>
  Object.fromEntries(CLASS_NAMES.map((name) => [name, of(name)])) as Record<ClassName, T>;

function figuresOf(replications: readonly Waits[]): ClassFigures {
  const over = (measure: keyof Waits) => estimate(replications.map((waits) => waits[measure]));
  return {
    n: over("n"),
    mean: over("mean"),
    p95: over("p95"),
    longest: over("longest"),
    wonMean: over("wonMean"),
    lostMost: over("lostMost"),
  };
}

function countWaits(
  counts: Counts,
  studies: readonly Study[],
  openedAt: Float64Array,
  { from, until }: { from: number; until: number },
): void {
  for (const [i, study] of studies.entries()) {
    if (study.arrivedAt < from || study.arrivedAt >= until) continue;
    const step = Math.min(STEPS, Math.ceil((openedAt[i]! - study.arrivedAt) / (STEP_MINUTES * MINUTE)));
    for (const name of CLASS_NAMES) if (CLASSES[name](study)) counts[name][step]! += 1;
  }
}

/** From counts of waits up to 0, 5, 10 ... minutes, the parts that are longer. */
function partsLongerThan(counts: Float64Array): number[] {
  const all = counts.reduce((sum, n) => sum + n, 0);
  let left = all;
  return Array.from(counts, (n) => {
    left -= n;
    return left / all;
  });
}

/** Adds to each hour of the week its arrivals, and those that wait at its beginning. */
function countWeek(
  week: { arrivals: number; waiting: number }[],
  studies: readonly Study[],
  openedAt: Float64Array,
  { from, until }: { from: number; until: number },
  weeks: number,
): void {
  for (const [i, { arrivedAt }] of studies.entries()) {
    if (arrivedAt >= from && arrivedAt < until) week[Math.floor((arrivedAt % WEEK) / HOUR)]!.arrivals += 1 / weeks;
    const last = Math.min(openedAt[i]!, until);
    for (let hour = Math.ceil(Math.max(arrivedAt, from) / HOUR); hour * HOUR < last; hour++) {
      week[hour % 168]!.waiting += 1 / weeks;
    }
  }
}
