import type { Estimate } from "./estimate.ts";

/** The standard normal quantile of a two-sided 95 % interval. */
export const Z95 = 1.959963984540054;

/** A proportion with its 95 % interval by Wilson's score (1927). */
export function wilson(successes: number, n: number): Estimate {
  const p = successes / n;
  const middle = p + Z95 ** 2 / (2 * n);
  const half = Z95 * Math.sqrt((p * (1 - p)) / n + (Z95 / (2 * n)) ** 2);
  const whole = 1 + Z95 ** 2 / n;
  return {
    value: p,
    low: Math.max(0, Math.min(p, (middle - half) / whole)),
    high: Math.min(1, Math.max(p, (middle + half) / whole)),
    n,
    method: "Wilson, 95 %",
  };
}
