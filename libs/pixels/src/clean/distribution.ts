/** How finely values are told apart. */
const BINS = 4096;

/** How values are distributed between the least and the greatest of them. */
export interface Distribution {
  /**
   * The value below which the given share (0 to 1) lies, to within a 4096th of the range; NaN where there are no
   * values.
   */
  percentile(share: number): number;
}

/**
 * Counts the values that are numbers, where the mask is 1 if there is one; of many, only one in so many. Faster than
 * sorting, and as good here.
 */
export function distributionOf(values: Float32Array, mask?: Uint8Array, oneIn = 1): Distribution {
  const counted = new Float32Array(Math.ceil(values.length / oneIn));
  let total = 0;
  for (let index = 0; index < values.length; index += oneIn) {
    const value = values[index]!;
    if (Number.isNaN(value) || (mask !== undefined && mask[index] === 0)) continue;
    counted[total++] = value;
  }
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < total; at++) {
    const value = counted[at]!;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const perValue = greatest > least ? (BINS - 1) / (greatest - least) : 0;
  const below = new Uint32Array(BINS);
  for (let at = 0; at < total; at++) below[((counted[at]! - least) * perValue + 0.5) | 0]!++;
  for (let bin = 1; bin < BINS; bin++) below[bin]! += below[bin - 1]!;
  return {
    percentile(share) {
      if (total === 0) return Number.NaN;
      const rank = Math.round(share * (total - 1)) + 1;
      let [low, high] = [0, BINS - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (below[middle]! >= rank) high = middle;
        else low = middle + 1;
      }
      return perValue === 0 ? least : least + low / perValue;
    },
  };
}
