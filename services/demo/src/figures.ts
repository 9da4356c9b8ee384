import { quantile } from "@redspot/statistics";

/** A quantile (share 0 to 1) of numbers as they come; undefined of none. */
export function quantileOf(values: readonly number[], share: number): number | undefined {
  return values.length === 0 ? undefined : quantile(Float64Array.from(values).sort(), share);
}

/** The mean of numbers; undefined of none. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Rounded to so many decimal places. */
export function rounded(value: number | undefined, places: number): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(places));
}
