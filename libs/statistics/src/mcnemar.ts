import { Z95 } from "./wilson.ts";

export interface McNemar {
  /** Two-sided, exact: by the binomial distribution of the discordant cases. */
  readonly exact: number;
  /** The same with half the chance of what was seen: closer to its level in small samples (Fagerland et al. 2013). */
  readonly midP: number;
}

/**
 * McNemar's test (1947): do two classifiers err equally often on the same cases? Given how many only the first got right,
 * and how many only the second.
 */
export function mcNemar(onlyFirst: number, onlySecond: number): McNemar {
  const n = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // Chance of k of n at 1/2, on the log scale so that large n does not underflow.
  let logChance = -n * Math.LN2;
  let upTo = 0;
  for (let k = 0; k <= fewer; k++) {
    if (k > 0) logChance += Math.log((n - k + 1) / k);
    upTo += Math.exp(logChance);
  }
  if (onlyFirst === onlySecond) return { exact: 1, midP: n === 0 ? 1 : 1 - Math.exp(logChance) / 2 };
  return { exact: Math.min(1, 2 * upTo), midP: 2 * upTo - Math.exp(logChance) };
}

/**
 * By how much two paired proportions differ, first minus second, with its 95 % interval: Bonett and Price's (2012), Wald's
 * with one case added to each kind of discordant pair, which keeps its level also where there are few.
 *
 * @param n how many pairs there are in all
 */
export function pairedDifference(
  onlyFirst: number,
  onlySecond: number,
  n: number,
): { difference: number; low: number; high: number } {
  const [first, second] = [(onlyFirst + 1) / (n + 2), (onlySecond + 1) / (n + 2)];
  const half = Z95 * Math.sqrt((first + second - (first - second) ** 2) / (n + 2));
  const middle = first - second;
  return {
    difference: (onlyFirst - onlySecond) / n,
    low: Math.max(-1, middle - half),
    high: Math.min(1, middle + half),
  };
}
