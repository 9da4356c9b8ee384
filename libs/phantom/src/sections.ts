/**
 * A shape's cross-sections along an axis: a table of stations (position first, then one value a column), turned into a
 * dense table for quick look-up. Between stations the values follow monotone cubics (Fritsch and Butland, 1984), which
 * never overshoot: a bone drawn through measured widths gets no waists that nobody measured.
 */
export interface Sections {
  /** Writes the columns' values at a position into `row` (reused between calls); clamped at both ends. */
  at(position: number): Float64Array;
  readonly first: number;
  readonly last: number;
}

const STEP = 0.5;

export function sections(stations: readonly (readonly number[])[]): Sections {
  const positions = stations.map((station) => station[0]!);
  const first = positions[0]!;
  const last = positions.at(-1)!;
  const columns = stations[0]!.length - 1;
  const count = Math.ceil((last - first) / STEP) + 1;
  const table = new Float64Array((count + 1) * columns);
  for (let column = 0; column < columns; column++) {
    const cubic = monotoneCubic(
      positions,
      stations.map((station) => station[column + 1]!),
    );
    for (let i = 0; i <= count; i++) table[i * columns + column] = cubic(Math.min(last, first + i * STEP));
  }
  const row = new Float64Array(columns);
  return {
    first,
    last,
    at(position) {
      const place = Math.max(0, Math.min(count - 1, (position - first) / STEP));
      const i = Math.floor(place);
      const part = place - i;
      const from = i * columns;
      for (let column = 0; column < columns; column++) {
        const low = table[from + column]!;
        row[column] = low + (table[from + columns + column]! - low) * part;
      }
      return row;
    },
  };
}

function monotoneCubic(x: readonly number[], y: readonly number[]): (at: number) => number {
  const slope = (i: number) => (y[i + 1]! - y[i]!) / (x[i + 1]! - x[i]!);
  const tangents = x.map((_, i) => {
    if (i === 0) return slope(0);
    if (i === x.length - 1) return slope(i - 1);
    const before = slope(i - 1);
    const after = slope(i);
    if (before * after <= 0) return 0;
    return (2 * before * after) / (before + after);
  });
  return (at) => {
    let i = 0;
    while (i < x.length - 2 && at > x[i + 1]!) i++;
    const h = x[i + 1]! - x[i]!;
    const t = (at - x[i]!) / h;
    const t2 = t * t;
    const t3 = t2 * t;
    return (
      (2 * t3 - 3 * t2 + 1) * y[i]! +
      (t3 - 2 * t2 + t) * h * tangents[i]! +
      (3 * t2 - 2 * t3) * y[i + 1]! +
      (t3 - t2) * h * tangents[i + 1]!
    );
  };
}
