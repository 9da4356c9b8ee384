/** The p-th quantile (0 to 1) of numbers, between neighbours linearly; undefined of none. */
export function quantile(values: readonly number[], p: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) return undefined;
  return below + (above - below) * (at - Math.floor(at));
}

/** The mean of numbers; undefined of none. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Rounded to so many decimal places. */
export function rounded(value: number | undefined, places: number): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(places));
}
