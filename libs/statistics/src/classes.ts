/** Values of the cases with (label 1) and without a fracture (label 0), in the order they came in. */
export function byClass(
  values: ArrayLike<number>,
  labels: Uint8Array,
): { positives: Float64Array; negatives: Float64Array } {
  if (values.length !== labels.length) throw new RangeError(`${values.length} values for ${labels.length} labels`);
  const of = (wanted: number) => Float64Array.from(rowsOf(labels, wanted), (row) => values[row]!);
  const [positives, negatives] = [of(1), of(0)];
  if (positives.length === 0 || negatives.length === 0) {
    throw new RangeError(`${positives.length} cases with a fracture and ${negatives.length} without: both are needed`);
  }
  return { positives, negatives };
}

/** The rows that have a label. */
export function rowsOf(labels: Uint8Array, wanted: number): number[] {
  return Array.from(labels.keys()).filter((row) => labels[row] === wanted);
}
