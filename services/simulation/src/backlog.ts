import { randomStream } from "@redspot/statistics";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import type { Detector } from "./detector.ts";
import { type Estimate, estimate } from "./estimate.ts";
import { orderingOf, type Policy } from "./policy.ts";
import type { Study } from "./study.ts";

/** A heap of unread studies that is read once, from the first to the last. */
export interface Backlog {
  readonly studies: number;
  readonly prevalence: number;
  readonly detector: Detector;
  readonly replications: number;
  readonly seed: number;
}

/** The mean place of a fracture in it, as a part of its mean place first come, first served. */
export interface BacklogRanks {
  readonly firstCome: Estimate;
  readonly byFlag: Estimate;
  readonly byScore: Estimate;
  readonly atBest: Estimate;
}

/** Orders backlogs by the function that orders the reading list, and looks where the fractures stand. */
export function backlogRanks(backlog: Backlog): BacklogRanks {
  const ranks = Array.from({ length: backlog.replications }, (_, replication) => {
    const studies = drawBacklog(backlog, replication);
    const placed = (policy: Policy) => {
      const ordering = orderingOf(policy);
      return meanRank(
        studies,
        studies.map((study) => ordering(study, true)),
      );
    };
    const best = studies.map(({ fracture }) => (fracture ? 0 : 1));
    // Arrivals in random order: a fracture stands in the middle.
    const middle = (studies.length + 1) / 2;
    return {
      firstCome: placed({ order: "first-come" }) / middle,
      byFlag: placed({ order: "strict" }) / middle,
      byScore: placed({ order: "by-score" }) / middle,
      atBest: meanRank(studies, best) / middle,
    };
  });
  const over = (order: keyof BacklogRanks) => estimate(ranks.map((rank) => rank[order]));
  return { firstCome: over("firstCome"), byFlag: over("byFlag"), byScore: over("byScore"), atBest: over("atBest") };
}

function drawBacklog({ studies, prevalence, detector, seed }: Backlog, replication: number): Study[] {
  const random = randomStream(seed, "simulation/backlog", replication);
  const uniform = () => uniformFloat64(random);
  const answer = detector.source(uniform);
  return Array.from({ length: studies }, (_, i) => {
    const fracture = uniform() < prevalence;
    return { arrivedAt: 60_000 * i, foundAt: 60_000 * i, readingTime: 1, fracture, ...answer(fracture) };
  });
}

function meanRank(studies: readonly Study[], orders: readonly number[]): number {
  const reading = [...studies.keys()].sort((a, b) => orders[a]! - orders[b]! || a - b);
  const ranks = reading.flatMap((study, place) => (studies[study]!.fracture ? [place + 1] : []));
  return ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
}
