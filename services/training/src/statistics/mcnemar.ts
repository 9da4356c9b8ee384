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
