import { normalDistribution, normalQuantile, quantile, randomStream, rowsOf } from "@redspot/statistics";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

export interface BootstrapOptions {
  readonly seed: number;
  /** Resamples; 2,000 where not given. */
  readonly replicates?: number;
  /** The part of such intervals that hold the true value; 0.95 where not given. */
  readonly level?: number;
  /**
   * Percentile: the quantiles of the resampled statistic. BCa (Efron 1987): corrected for bias and skewness, for smooth
   * statistics such as an area or a score; of one that jumps, such as a cut-off, the acceleration means nothing.
   */
  readonly method?: "percentile" | "BCa";
}

export interface BootstrapInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly method: string;
}

/**
 * A bootstrap interval of a statistic of cases, given by their rows. Resamples are stratified: each has as many cases
 * with and without a fracture as there are. The same seed gives the same interval.
 */
export function bootstrapInterval(
  labels: Uint8Array,
  statistic: (rows: Uint32Array) => number,
  { seed, replicates = 2000, level = 0.95, method = "percentile" }: BootstrapOptions,
): BootstrapInterval {
  const strata = [rowsOf(labels, 0), rowsOf(labels, 1)].filter((rows) => rows.length > 0);
  const value = statistic(Uint32Array.from(strata.flat()));
  const random = randomStream(seed, "bootstrap");
  const drawn = Float64Array.from({ length: replicates }, () => statistic(resample(strata, random))).sort();
  const tails = [(1 - level) / 2, (1 + level) / 2];
  const corrected = method === "BCa" ? correct(tails, value, drawn, acceleration(strata, statistic)) : tails;
  const [low, high] = corrected.map((share) => quantile(drawn, share));
  const about = `stratified bootstrap, ${replicates} resamples, ${method}, ${Math.round(level * 1000) / 10} %`;
  return { value, low: low!, high: high!, method: about };
}

/** As many cases of each stratum as it has, drawn with replacement. */
export function resample(strata: readonly (readonly number[])[], random: RandomGenerator): Uint32Array {
  return Uint32Array.from(strata.flatMap((rows) => rows.map(() => rows[uniformInt(random, 0, rows.length - 1)]!)));
}

/** Efron's corrected shares (1987): bias z0 from how many resamples lie below the value, skewness from the acceleration. */
function correct(shares: readonly number[], value: number, drawn: Float64Array, a: number): readonly number[] {
  const below = drawn.filter((each) => each < value).length + drawn.filter((each) => each === value).length / 2;
  if (below === 0 || below === drawn.length) return shares;
  const bias = normalQuantile(below / drawn.length);
  return shares.map((share) => {
    const z = bias + normalQuantile(share);
    return normalDistribution(bias + z / (1 - a * z));
  });
}

/** By the jackknife: empirical influence values within each stratum (Davison & Hinkley 1997, 5.3.2). */
function acceleration(strata: readonly (readonly number[])[], statistic: (rows: Uint32Array) => number): number {
  let [cubes, squares] = [0, 0];
  for (const [at, rows] of strata.entries()) {
    const others = strata.filter((_, i) => i !== at).flat();
    const left = rows.map((_, i) =>
      statistic(Uint32Array.from([...others, ...rows.slice(0, i), ...rows.slice(i + 1)])),
    );
    const mean = left.reduce((sum, each) => sum + each, 0) / rows.length;
    for (const each of left) {
      const influence = ((rows.length - 1) * (mean - each)) / rows.length;
      cubes += influence ** 3;
      squares += influence ** 2;
    }
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}
