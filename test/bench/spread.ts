import { quantile } from "@redspot/statistics";

/** The middle of some figures. */
export const median = (figures: readonly number[]): number => quantile(sortedOf(figures), 0.5);

/** How figures spread: their number, the 50th and 99th percentile, and the highest. */
export function spreadOf(figures: readonly number[]): { n: number; p50: number; p99: number; max: number } {
  const sorted = sortedOf(figures);
  const at = (share: number) => rounded(quantile(sorted, share), 2);
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** A figure as it is printed. */
export const rounded = (figure: number, digits = 3): number => Number(figure.toFixed(digits));

const sortedOf = (figures: readonly number[]) => Float64Array.from(figures).sort();
