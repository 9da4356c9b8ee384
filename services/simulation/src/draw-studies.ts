import { randomStream } from "@redspot/statistics";
import { randomExponential } from "d3-random";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { drawArrivals } from "./arrivals.ts";
import type { Detector } from "./detector.ts";
import { type ReadingTime, readingTimes } from "./reading-time.ts";
import { MINUTE, type Study } from "./study.ts";

/** What happens to a reading room, whatever the order in which it reads. */
export interface Load {
  readonly perHour: number;
  /** How arrivals spread over a week's 168 hours, with a mean of 1. */
  readonly week: readonly number[];
  readonly readingTime: ReadingTime;
  /** Part of the studies that show a fracture. */
  readonly prevalence: number;
  /** Part of the studies that are not analysed, and keep the place that their arrival gives them. */
  readonly notAnalysed: number;
  readonly detector: Detector;
  /** From a study's arrival until it counts as whole. */
  readonly settleMinutes: number;
  /** From then to the finding, on average: queue and network. */
  readonly inferenceMinutes: number;
}

/** The studies of one replication, in order of arrival. Each kind of chance has a stream of its own. */
export function drawStudies(load: Load, until: number, seed: number, replication: number): Study[] {
  const stream = (purpose: string) => {
    const random = randomStream(seed, `simulation/${purpose}`, replication);
    return () => uniformFloat64(random);
  };
  const [truth, analysed] = [stream("truth"), stream("analysed")];
  const answer = load.detector.source(stream("answer"));
  const readingTime = readingTimes(load.readingTime, stream("reading"));
  const inference = randomExponential.source(stream("inference"))(1);
  return drawArrivals(load.perHour, load.week, until, stream("arrivals")).map((arrivedAt) => {
    const fracture = truth() < load.prevalence;
    const said = answer(fracture);
    const delay = load.settleMinutes + (load.inferenceMinutes > 0 ? load.inferenceMinutes * inference() : 0);
    const study = { arrivedAt, foundAt: arrivedAt + delay * MINUTE, readingTime: readingTime(), fracture };
    return load.notAnalysed > 0 && analysed() < load.notAnalysed
      ? { ...study, outcome: "not-analysed" as const }
      : { ...study, ...said };
  });
}
