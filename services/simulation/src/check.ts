import { backlogRanks } from "./backlog.ts";
import { backlogRank } from "./closed-forms.ts";
import { binormalDetector } from "./detector.ts";
import { drawStudies } from "./draw-studies.ts";
import { type Estimate, estimate } from "./estimate.ts";
import { AUC, exactWaits, loadOf, PREVALENCE, ROOMS, type Room, SENSITIVITY, SPECIFICITY } from "./known-rooms.ts";
import type { Policy } from "./policy.ts";
import { brokenPromises, workWaited } from "./promises.ts";
import { readStudies } from "./reading-room.ts";
import { weeklyRoster } from "./roster.ts";
import { HOUR, MINUTE, type Study, WEEK } from "./study.ts";
import { waitingList } from "./waiting-list.ts";
import { CLASSES, type ClassName } from "./waits.ts";

/** A figure of the simulation beside what theory says it is. */
interface Comparison {
  readonly what: string;
  readonly simulated: Estimate;
  readonly exact: number;
  /** Relative difference. */
  readonly error: number;
}

export interface Check {
  readonly comparisons: readonly Comparison[];
  /** Largest relative difference between two orders of the work waited for, which is the same in all. */
  readonly conservationError: number;
  /** Studies for which a promise of the head start was broken. */
  readonly promisesBroken: number;
  readonly studies: number;
}

/** How much is simulated: as many studies in each room, in so many replications. */
export interface Extent {
  readonly studies: number;
  readonly replications: number;
  readonly seed: number;
  readonly rooms?: readonly Room[];
}

const HEAD_STARTS: readonly (Policy & { minutes: number })[] = [
  { order: "head-start", minutes: 120 },
  { order: "head-start", minutes: 240 },
];

/**
 * Holds the simulation to what is known exactly: mean waits with one and several readers, by flag and by score, the
 * places in a one-off backlog, the conservation law, and the promises of the head start with one reader. Hands over the
 * part that is done from time to time.
 */
export function* check({ studies, replications, seed, rooms = ROOMS }: Extent): Generator<number, Check> {
  const comparisons: Comparison[] = [];
  let [conservationError, promisesBroken, all] = [0, 0, 0];
  for (const [at, room] of rooms.entries()) {
    const load = loadOf(room);
    const hours = studies / replications / load.perHour;
    const span = { from: Math.min(WEEK, (hours * HOUR) / 10), until: hours * HOUR };
    const roster = weeklyRoster(room.readers, room.readers);
    const waits: Record<string, number>[] = [];
    for (let replication = 0; replication < replications; replication++) {
      const drawn = drawStudies(load, span.until + WEEK / 4, seed + at, replication);
      all += drawn.length;
      const read = (policy: Policy) => readStudies(drawn, waitingList(policy, drawn), roster);
      const firstCome = read({ order: "first-come" });
      const others = room.policies.map((policy) => ({ policy, openedAt: read(policy) }));
      waits.push(
        Object.assign(
          { "first-come/all": meanWait(drawn, firstCome, "all", span) },
          ...others.map(({ policy, openedAt }) => ({
            [`${policy.order}/fracture`]: meanWait(drawn, openedAt, "fracture", span),
            [`${policy.order}/noFracture`]: meanWait(drawn, openedAt, "noFracture", span),
            [`${policy.order}/missed`]: meanWait(drawn, openedAt, "missed", span),
          })),
        ),
      );
      if (room.readers === 1) {
        const started = HEAD_STARTS.map((policy) => ({ policy, openedAt: read(policy) }));
        for (const { policy, openedAt } of started) {
          const broken = brokenPromises(drawn, openedAt, firstCome, policy.minutes * MINUTE);
          promisesBroken += broken.flaggedLater + broken.beyondBound;
        }
        const work = workWaited(drawn, firstCome);
        for (const { openedAt } of [...others, ...started]) {
          conservationError = Math.max(conservationError, Math.abs(workWaited(drawn, openedAt) / work - 1));
        }
      }
      yield (at + (replication + 1) / replications) / rooms.length;
    }
    for (const [key, exact] of exactWaits(room)) {
      comparisons.push(compare(`${room.name}, ${key}`, estimate(waits.map((means) => means[key]!)), exact));
    }
  }
  return { comparisons: [...comparisons, ...compareBacklog(seed)], conservationError, promisesBroken, studies: all };
}

function compare(what: string, simulated: Estimate, exact: number): Comparison {
  return { what, simulated, exact, error: Math.abs(simulated.value / exact - 1) };
}

/** In minutes. */
function meanWait(
  studies: readonly Study[],
  openedAt: Float64Array,
  name: ClassName,
  { from, until }: { from: number; until: number },
): number {
  let [sum, n] = [0, 0];
  for (const [i, study] of studies.entries()) {
    if (study.arrivedAt < from || study.arrivedAt >= until || !CLASSES[name](study)) continue;
    sum += openedAt[i]! - study.arrivedAt;
    n++;
  }
  return sum / n / MINUTE;
}

function compareBacklog(seed: number): Comparison[] {
  const detector = binormalDetector(SENSITIVITY, SPECIFICITY, AUC);
  const ranks = backlogRanks({ studies: 20_000, prevalence: PREVALENCE, detector, replications: 20, seed });
  return [
    compare("one-off backlog, by flag", ranks.byFlag, backlogRank.byFlag(PREVALENCE, SENSITIVITY, SPECIFICITY)),
    compare("one-off backlog, by score", ranks.byScore, backlogRank.byScore(PREVALENCE, AUC)),
    compare("one-off backlog, at best", ranks.atBest, backlogRank.atBest(PREVALENCE)),
  ];
}
