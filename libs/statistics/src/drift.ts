import { normalQuantile } from "./normal.ts";

/** Values of which some count more than others, rising, with the part of the whole that lies up to each. */
export interface WeightedSample {
  readonly values: Float64Array;
  readonly upTo: Float64Array;
  /** As many values of equal weight would say as much (Kish 1965): (sum of weights)^2 / sum of squared weights. */
  readonly effectiveSize: number;
}

/** Sorts values and gathers their weights. Throws a RangeError where there are none. */
export function weightedSample(values: readonly number[], weights: readonly number[]): WeightedSample {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0) || weights.length !== values.length)
    throw new RangeError("a sample needs values, each with a weight");
  let sum = 0;
  return {
    values: Float64Array.from(order, (index) => values[index]!),
    upTo: Float64Array.from(order, (index) => {
      sum += weights[index]! / total;
      return sum;
    }),
    effectiveSize: total ** 2 / weights.reduce((squares, weight) => squares + weight ** 2, 0),
  };
}

/** How far a sample is from what was expected, and from where on chance alone no longer explains it. */
export interface Distance {
  readonly value: number;
  /** What two samples of these sizes from one distribution exceed with the chance given. */
  readonly limit: number;
}

/**
 * The population stability index: how differently a sample falls into bins that hold equal parts of the reference, as
 * sum of (q - p) ln(q / p), half a value added to each bin. Of one distribution it is about (1/n + 1/m) times a chi-squared of
 * bins - 1 degrees of freedom (Yurdakul & Naranjo 2020), whose quantile is Wilson and Hilferty's (1931).
 *
 * @param chance of the limit being passed though nothing has changed
 */
export function populationStability(
  reference: WeightedSample,
  sample: readonly number[],
  { bins = 10, chance = 0.001 }: { bins?: number; chance?: number } = {},
): Distance {
  const edges = Array.from({ length: bins - 1 }, (_, index) => quantileOf(reference, (index + 1) / bins));
  const binOf = (value: number) => edges.findIndex((edge) => value <= edge) + 1 || bins;
  const counts = new Float64Array(bins);
  for (const value of sample) counts[binOf(value) - 1]! += 1;
  const n = sample.length;
  const value = counts.reduce((sum, count, index) => {
    const low = index === 0 ? 0 : shareUpTo(reference, edges[index - 1]!);
    const high = index === bins - 1 ? 1 : shareUpTo(reference, edges[index]!);
    const m = reference.effectiveSize;
    const [p, q] = [((high - low) * m + 0.5) / (m + bins / 2), (count + 0.5) / (n + bins / 2)];
    return sum + (q - p) * Math.log(q / p);
  }, 0);
  const freedom = bins - 1;
  const part = 2 / (9 * freedom);
  const chiSquared = freedom * (1 - part + normalQuantile(1 - chance) * Math.sqrt(part)) ** 3;
  return { value, limit: (1 / n + 1 / reference.effectiveSize) * chiSquared };
}

/**
 * The distance of Kolmogorov and Smirnov: the most by which the two distribution functions differ. The limit is the
 * asymptotic one, sqrt(-ln(chance / 2) / 2) sqrt(1/n + 1/m) (Smirnov 1948).
 */
export function kolmogorovSmirnov(
  reference: WeightedSample,
  sample: readonly number[],
  { chance = 0.001 }: { chance?: number } = {},
): Distance {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  let value = 0;
  // The functions step at the values of either: just before and at each.
  for (const at of new Set([...sorted, ...reference.values])) {
    const [expected, found] = [shareUpTo(reference, at), upperBound(sorted, at) / n];
    value = Math.max(value, Math.abs(expected - found));
  }
  const limit = Math.sqrt(-Math.log(chance / 2) / 2) * Math.sqrt(1 / n + 1 / reference.effectiveSize);
  return { value, limit };
}

/** A moving share and between what it should lie. */
export interface ControlChart {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * An exponentially weighted moving average of yes and no (Roberts 1959; limits by Lucas & Saccucci 1990): it begins where it
 * is expected, and each new answer moves it by a small part. The limits are as wide as the expectation is uncertain, which
 * rests on cases too.
 *
 * @param answers oldest first
 * @param from how many cases the expected share was estimated on
 */
export function movingShare(
  answers: readonly boolean[],
  expected: number,
  { from, weight = 0.02, deviations = 3.3 }: { from: number; weight?: number; deviations?: number },
): ControlChart {
  let value = expected;
  for (const answer of answers) value += weight * ((answer ? 1 : 0) - value);
  const chart = (weight / (2 - weight)) * (1 - (1 - weight) ** (2 * answers.length));
  const half = deviations * Math.sqrt(expected * (1 - expected) * (chart + 1 / from));
  return { value, low: Math.max(0, expected - half), high: Math.min(1, expected + half) };
}

/**
 * Spiegelhalter's z (1986): whether what came fits the probabilities that were promised. Standard normal where they are
 * calibrated; above 0 where Brier's score is worse than they promise.
 */
export function calibrationZ(probabilities: readonly number[], came: readonly boolean[]): number {
  let [sum, variance] = [0, 0];
  for (const [index, p] of probabilities.entries()) {
    sum += ((came[index] ? 1 : 0) - p) * (1 - 2 * p);
    variance += (1 - 2 * p) ** 2 * p * (1 - p);
  }
  return variance > 0 ? sum / Math.sqrt(variance) : 0;
}

/** The part of a sample that lies up to a value. */
function shareUpTo({ values, upTo }: WeightedSample, value: number): number {
  return upTo[upperBound(values, value) - 1] ?? 0;
}

/** The least value up to which a part of the sample lies. */
function quantileOf({ values, upTo }: WeightedSample, share: number): number {
  const index = upTo.findIndex((sum) => sum >= share - 1e-12);
  return values[index < 0 ? values.length - 1 : index]!;
}

/** How many of the values, which rise, are not above one. */
function upperBound(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
