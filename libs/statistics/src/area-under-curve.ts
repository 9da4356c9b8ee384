import { byClass } from "./classes.ts";
import type { Estimate } from "./estimate.ts";
import { twoSided } from "./normal.ts";
import { wilson, Z95 } from "./wilson.ts";

/**
 * The area under the ROC curve (the part of pairs that stand in the right order, ties counting half) with its 95 %
 * interval: variance by DeLong, DeLong & Clarke-Pearson (1988), the interval made on the logit scale so that it stays
 * within 0 and 1. Where every pair stands right there is no variance, and the interval is Wilson's for as many cases as
 * the smaller class has.
 */
export function areaUnderCurve(scores: ArrayLike<number>, labels: Uint8Array): Estimate {
  const { area: value, byPositive, byNegative } = placements(scores, labels);
  const deviation = Math.sqrt(covarianceOfMean(byPositive, byPositive) + covarianceOfMean(byNegative, byNegative));
  const n = labels.length;
  if (!(deviation > 0) || value === 0 || value === 1) {
    const fewest = Math.min(byPositive.length, byNegative.length);
    return {
      ...wilson(value * fewest, fewest),
      n,
      method: "Wilson, 95 %, on the smaller class, as DeLong gives no variance",
    };
  }
  const logit = Math.log(value / (1 - value));
  const half = (Z95 * deviation) / (value * (1 - value));
  const back = (z: number) => 1 / (1 + Math.exp(-z));
  return { value, low: back(logit - half), high: back(logit + half), n, method: "DeLong on the logit scale, 95 %" };
}

export interface AreaDifference {
  readonly areas: readonly [number, number];
  /** First area minus second, with its 95 % interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** The standard error of the difference; where it is 0 the curves cannot be told apart, and p is 1. */
  readonly standardError: number;
  readonly z: number;
  /** Two-sided: how often two equally good scores differ by so much. */
  readonly p: number;
}

/** DeLong's test of two scores of the same cases (1988): are the areas under their correlated ROC curves equal? */
export function compareAreas(first: ArrayLike<number>, second: ArrayLike<number>, labels: Uint8Array): AreaDifference {
  const [a, b] = [placements(first, labels), placements(second, labels)];
  const covariance = (x: typeof a, y: typeof a) =>
    covarianceOfMean(x.byPositive, y.byPositive) + covarianceOfMean(x.byNegative, y.byNegative);
  // Two identical scores leave a rounding error, of either sign, in place of 0.
  const variance = covariance(a, a) + covariance(b, b) - 2 * covariance(a, b);
  const standardError = variance > 1e-15 ? Math.sqrt(variance) : 0;
  const difference = a.area - b.area;
  const z = standardError > 0 ? difference / standardError : 0;
  return {
    areas: [a.area, b.area],
    difference,
    low: difference - Z95 * standardError,
    high: difference + Z95 * standardError,
    standardError,
    z,
    p: twoSided(z),
  };
}

/** For each case, the part of the other class that it stands on the right side of: by mid-ranks (Sun & Xu 2014, eq. 5). */
function placements(scores: ArrayLike<number>, labels: Uint8Array) {
  const { positives, negatives } = byClass(scores, labels);
  const [m, n] = [positives.length, negatives.length];
  const among = midRanks(Float64Array.of(...positives, ...negatives));
  const [withinPositives, withinNegatives] = [midRanks(positives), midRanks(negatives)];
  const byPositive = withinPositives.map((rank, i) => (among[i]! - rank) / n);
  const byNegative = withinNegatives.map((rank, i) => 1 - (among[m + i]! - rank) / m);
  return { area: mean(byPositive), byPositive, byNegative };
}

/** The rank of each value, from 1; equal values share the mean of their ranks. */
export function midRanks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (const row of order.subarray(from, to)) ranks[row] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The covariance of two means over the same cases: sum of products of deviations over n (n - 1). */
function covarianceOfMean(a: Float64Array, b: Float64Array): number {
  const [centreA, centreB] = [mean(a), mean(b)];
  const sum = a.reduce((total, value, i) => total + (value - centreA) * (b[i]! - centreB), 0);
  return sum / (a.length * (a.length - 1));
}
