import { normalDistribution } from "@redspot/statistics";
import { PROFILES } from "./arrivals.ts";
import { firstComeWait, partFlagged, type Queue, scoreWait, strictWaits } from "./closed-forms.ts";
import { type Binormal, binormalDetector, binormalThrough } from "./detector.ts";
import type { Load } from "./draw-studies.ts";
import type { Policy } from "./policy.ts";
import { type ReadingTime, squaredVariation } from "./reading-time.ts";

/** The classifier of Kim & MacKinnon, and every fourth wrist broken. */
export const PREVALENCE = 0.25;
export const [SENSITIVITY, SPECIFICITY, AUC] = [0.9, 0.88, 0.954];

/** A room whose mean waits are known exactly. */
export interface Room {
  readonly name: string;
  readonly readers: number;
  readonly load: number;
  readonly readingTime: ReadingTime;
  readonly policies: readonly Policy[];
}

export const ROOMS: readonly Room[] = [
  {
    name: "one reader, exponential",
    readers: 1,
    load: 0.8,
    readingTime: { distribution: "exponential", meanMinutes: 10, variation: 1 },
    policies: [{ order: "strict" }, { order: "by-score" }],
  },
  {
    name: "three readers, exponential",
    readers: 3,
    load: 0.75,
    readingTime: { distribution: "exponential", meanMinutes: 10, variation: 1 },
    policies: [{ order: "strict" }],
  },
  {
    name: "one reader, lognormal",
    readers: 1,
    load: 0.7,
    readingTime: { distribution: "lognormal", meanMinutes: 6, variation: 0.7 },
    policies: [{ order: "strict" }],
  },
  {
    name: "one reader, fixed",
    readers: 1,
    load: 0.7,
    readingTime: { distribution: "fixed", meanMinutes: 8, variation: 0 },
    policies: [{ order: "strict" }],
  },
];

export function loadOf({ readers, load, readingTime }: Room): Load {
  return {
    perHour: (readers * load * 60) / readingTime.meanMinutes,
    week: PROFILES.flat,
    readingTime,
    prevalence: PREVALENCE,
    notAnalysed: 0,
    detector: binormalDetector(SENSITIVITY, SPECIFICITY, AUC),
    settleMinutes: 0,
    inferenceMinutes: 0,
  };
}

/** Mean waits in minutes, by "order/class". */
export function exactWaits({ readers, load, readingTime, policies }: Room): [string, number][] {
  const queue: Queue = {
    readers,
    load,
    meanReading: readingTime.meanMinutes,
    squaredVariation: squaredVariation(readingTime),
  };
  const { flagged, notFlagged } = strictWaits(queue, partFlagged(PREVALENCE, SENSITIVITY, SPECIFICITY));
  const exact: [string, number][] = [
    ["first-come/all", firstComeWait(queue)],
    ["strict/fracture", SENSITIVITY * flagged + (1 - SENSITIVITY) * notFlagged],
    ["strict/noFracture", (1 - SPECIFICITY) * flagged + SPECIFICITY * notFlagged],
    ["strict/missed", notFlagged],
  ];
  if (!policies.some(({ order }) => order === "by-score")) return exact;
  const curve = binormalThrough(SENSITIVITY, SPECIFICITY, AUC);
  return [
    ...exact,
    ["by-score/fracture", meanScoreWait(queue, curve, { fracture: true })],
    ["by-score/noFracture", meanScoreWait(queue, curve, { fracture: false })],
  ];
}

/** The mean of `scoreWait` over the scores of a class, by the midpoint rule. */
function meanScoreWait(queue: Queue, { mean, spread }: Binormal, { fracture }: { fracture: boolean }): number {
  const [steps, reach] = [20_000, 9];
  let [sum, weights] = [0, 0];
  for (let i = 0; i < steps; i++) {
    const z = reach * ((2 * (i + 0.5)) / steps - 1);
    const score = fracture ? mean + spread * z : z;
    const above =
      PREVALENCE * normalDistribution((mean - score) / spread) + (1 - PREVALENCE) * normalDistribution(-score);
    const weight = Math.exp((-z * z) / 2);
    sum += weight * scoreWait(queue, above);
    weights += weight;
  }
  return sum / weights;
}
