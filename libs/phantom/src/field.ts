/** A plane of numbers, row by row. */
export interface Field {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
}

export const fieldOf = (columns: number, rows: number): Field => ({
  columns,
  rows,
  values: new Float32Array(columns * rows),
});

/**
 * The field smoothed by nearly a Gaussian: three running means, one after the other, whose variances add up to its own
 * (central limit theorem). The border's values go on beyond it.
 * @param deviation of the Gaussian, in cells
 */
export function smooth(field: Field, deviation: number): Field {
  // A mean over 2r + 1 cells has the variance r (r + 1) / 3; of the two nearest r, each pass takes one.
  const low = Math.floor((Math.sqrt(4 * deviation * deviation + 1) - 1) / 2);
  if (low < 1) return softened(field, deviation);
  const short = (deviation * deviation - low * (low + 1)) * 3;
  const longer = Math.round(short / (2 * (low + 1)));
  let values = field.values;
  const { columns, rows } = field;
  for (let pass = 0; pass < 3; pass++) {
    const reach = pass < longer ? low + 1 : low;
    values = runningMean(values, rows, columns, columns, 1, reach);
    values = runningMean(values, columns, rows, 1, columns, reach);
  }
  return { columns, rows, values };
}

function runningMean(
  from: Float32Array,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
  reach: number,
): Float32Array {
  const to = new Float32Array(from.length);
  const share = 1 / (2 * reach + 1);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    const end = start + (length - 1) * step;
    let sum = from[start]! * (reach + 1);
    for (let i = 1; i <= reach; i++) sum += from[Math.min(end, start + i * step)]!;
    for (let i = 0; i < length; i++) {
      to[start + i * step] = sum * share;
      sum += from[Math.min(end, start + (i + reach + 1) * step)]! - from[Math.max(start, start + (i - reach) * step)]!;
    }
  }
  return to;
}

/** A smoothing of less than a cell's width: three taps a direction, of the Gaussian's variance. */
function softened(field: Field, deviation: number): Field {
  const side = Math.min(1 / 3, (deviation * deviation) / 2);
  if (side < 0.005) return field;
  const { columns, rows } = field;
  const across = new Float32Array(field.values.length);
  const values = new Float32Array(field.values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const left = field.values[column > 0 ? at - 1 : at]!;
      const right = field.values[column < columns - 1 ? at + 1 : at]!;
      across[at] = field.values[at]! * (1 - 2 * side) + (left + right) * side;
    }
  }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const above = across[row > 0 ? at - columns : at]!;
      const below = across[row < rows - 1 ? at + columns : at]!;
      values[at] = across[at]! * (1 - 2 * side) + (above + below) * side;
    }
  }
  return { columns, rows, values };
}

/** Every n-th cell's neighbourhood averaged into one. */
export function shrink(field: Field, n: number): Field {
  const small = fieldOf(Math.ceil(field.columns / n), Math.ceil(field.rows / n));
  for (let row = 0; row < small.rows; row++) {
    for (let column = 0; column < small.columns; column++) {
      let sum = 0;
      let count = 0;
      for (let y = row * n; y < Math.min(field.rows, row * n + n); y++) {
        for (let x = column * n; x < Math.min(field.columns, column * n + n); x++) {
          sum += field.values[y * field.columns + x]!;
          count++;
        }
      }
      small.values[row * small.columns + column] = sum / count;
    }
  }
  return small;
}

/** Where each output cell lies among the input's, for one direction: the first of four neighbours, and their weights. */
function taps(from: number, to: number) {
  const first = new Int32Array(to);
  const weights = new Float32Array(to * 4);
  for (let i = 0; i < to; i++) {
    const place = ((i + 0.5) * from) / to - 0.5;
    const cell = Math.floor(place);
    const t = place - cell;
    first[i] = cell - 1;
    // Catmull and Rom's cubic: goes through the samples, smooth in its first derivative.
    weights[i * 4] = ((2 - t) * t - 1) * t * 0.5;
    weights[i * 4 + 1] = ((3 * t - 5) * t * t + 2) * 0.5;
    weights[i * 4 + 2] = ((4 - 3 * t) * t + 1) * t * 0.5;
    weights[i * 4 + 3] = (t - 1) * t * t * 0.5;
  }
  return { first, weights };
}

/**
 * The field at another size, row by row: calls `take` with each row's number and values (reused between calls), so that
 * a large matrix never stands in memory as numbers.
 */
export function enlarge(
  field: Field,
  columns: number,
  rows: number,
  take: (row: number, values: Float32Array) => void,
): void {
  const across = taps(field.columns, columns);
  const down = taps(field.rows, rows);
  const padded = new Float32Array(field.columns + 4);
  const line = new Float32Array(columns);
  const clampRow = (row: number) => Math.max(0, Math.min(field.rows - 1, row)) * field.columns;
  for (let row = 0; row < rows; row++) {
    const top = down.first[row]!;
    const [a, b, c, d] = [clampRow(top), clampRow(top + 1), clampRow(top + 2), clampRow(top + 3)];
    const wa = down.weights[row * 4]!;
    const wb = down.weights[row * 4 + 1]!;
    const wc = down.weights[row * 4 + 2]!;
    const wd = down.weights[row * 4 + 3]!;
    const from = field.values;
    for (let x = 0; x < field.columns; x++) {
      padded[x + 2] = from[a + x]! * wa + from[b + x]! * wb + from[c + x]! * wc + from[d + x]! * wd;
    }
    padded[0] = padded[1] = padded[2]!;
    padded[field.columns + 2] = padded[field.columns + 3] = padded[field.columns + 1]!;
    for (let x = 0; x < columns; x++) {
      const at = across.first[x]! + 2;
      const w = x * 4;
      line[x] =
        padded[at]! * across.weights[w]! +
        padded[at + 1]! * across.weights[w + 1]! +
        padded[at + 2]! * across.weights[w + 2]! +
        padded[at + 3]! * across.weights[w + 3]!;
    }
    take(row, line);
  }
}

/** The field at another size, at once. */
export function resized(field: Field, columns: number, rows: number): Field {
  const to = fieldOf(columns, rows);
  enlarge(field, columns, rows, (row, values) => to.values.set(values, row * columns));
  return to;
}
