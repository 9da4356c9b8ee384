import { normalQuantile } from "./normal.ts";

/**
 * The quantile of Student's t with so many degrees of freedom, by its expansion in powers of 1/df about the normal one
 * (Abramowitz & Stegun 26.7.5): exact to 0.001 for the two-sided 95 % from 5 degrees of freedom on.
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  const x = normalQuantile(p);
  const terms = [
    (x ** 3 + x) / 4,
    (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96,
    (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384,
    (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / degreesOfFreedom ** (i + 1), x);
}
