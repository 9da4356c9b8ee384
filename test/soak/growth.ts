import { quantile } from "@redspot/statistics";
import type { ProcessSample } from "./process-watch.ts";

/** What a process gained over a soak. */
export interface Growth {
  readonly residentMb: number;
  /** By how much resident memory grows over the time that was watched, by its trend, in MB. */
  readonly residentGrowthMb: number;
  /** How many more files, sockets among them, were open at most in the last third than in the first. */
  readonly moreOpenFiles: number;
  readonly moreSockets: number;
  /** Whether memory is flat and nothing leaks. */
  readonly isFlat: boolean;
}

/** Of the time that was watched: a process that has just been started fills its caches. */
const WARMING_UP = 0.25;
/** What a trend may say before it counts: share of the memory that is held, and megabytes. */
const TOLERANCE = { share: 0.1, mb: 15 };
/** Connections come and go. */
const FILES_TOLERANCE = 10;

/**
 * Whether a process holds more and more. The trend is the median slope between any two samples (Theil 1950, Sen 1968):
 * it does not mind a peak, and collectors make peaks.
 */
export function growthOf(samples: readonly ProcessSample[]): Growth {
  const watched = samples.slice(Math.floor(WARMING_UP * samples.length));
  const third = Math.max(1, Math.floor(watched.length / 3));
  const most = (which: "openFiles" | "sockets", some: readonly ProcessSample[]) =>
    Math.max(...some.map((sample) => sample[which]));
  const more = (which: "openFiles" | "sockets") =>
    most(which, watched.slice(-third)) - most(which, watched.slice(0, third));
  const residentMb = quantile(
    watched.map((sample) => sample.residentMb).sort((a, b) => a - b),
    0.5,
  );
  const seconds = watched.length < 2 ? 0 : watched.at(-1)!.second - watched[0]!.second;
  const residentGrowthMb = seconds * medianSlope(watched.map(({ second, residentMb: mb }) => [second, mb]));
  const isFlat =
    residentGrowthMb < Math.max(TOLERANCE.mb, TOLERANCE.share * residentMb) &&
    more("openFiles") <= FILES_TOLERANCE &&
    more("sockets") <= FILES_TOLERANCE;
  return { residentMb, residentGrowthMb, moreOpenFiles: more("openFiles"), moreSockets: more("sockets"), isFlat };
}

function medianSlope(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes = points.flatMap(([x, y], index) =>
    points.slice(index + 1).flatMap(([x2, y2]) => (x2 > x ? (y2 - y) / (x2 - x) : [])),
  );
  return slopes.length === 0 ? 0 : quantile(Float64Array.from(slopes).sort(), 0.5);
}
