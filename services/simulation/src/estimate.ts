import { studentQuantile } from "@redspot/statistics";

/** A mean over independent replications, and half its 95 % interval by Student's t. */
export interface Estimate {
  readonly value: number;
  readonly half: number;
}

/** Replications in which there was nothing to measure (NaN) tell nothing. Of one there is no interval: NaN. */
export function estimate(replications: readonly number[]): Estimate {
  const known = replications.filter((value) => !Number.isNaN(value));
  const n = known.length;
  const value = known.reduce((sum, one) => sum + one, 0) / n;
  const variance = known.reduce((sum, one) => sum + (one - value) ** 2, 0) / (n - 1);
  return { value, half: n < 2 ? Number.NaN : studentQuantile(0.975, n - 1) * Math.sqrt(variance / n) };
}
