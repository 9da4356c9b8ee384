/** Cases by a few measures, row by row, and whether each has a fracture. */
export interface MeasuredCases {
  readonly values: readonly (readonly number[])[];
  /** 1 is a fracture. */
  readonly labels: Uint8Array;
}

/** log odds = intercept + weights . measures. */
export interface LogisticRegression {
  readonly weights: readonly number[];
  readonly intercept: number;
}

/**
 * Logistic regression by Newton's method (McCullagh & Nelder 1989, 4.4), its weights held back by `ridge` / 2 times their
 * squared length in units of the measures' standard deviations, as sixty measures on a few hundred cases need it. The
 * same cases give the same answer.
 */
export function fitLogisticRegression({ values, labels }: MeasuredCases, { ridge = 1 } = {}): LogisticRegression {
  const scaling = scalingOf(values);
  const rows = values.map((row) => [1, ...row.map((value, i) => (value - scaling[i]!.mean) * scaling[i]!.factor)]);
  const width = scaling.length + 1;
  let weights: readonly number[] = new Array<number>(width).fill(0);
  for (let round = 0; round < 50; round++) {
    const gradient = new Float64Array(width);
    const curvature = Array.from({ length: width }, (_, i) => {
      const line = new Float64Array(width);
      // The intercept is free, but for what keeps the matrix regular where the classes part.
      line[i] = i === 0 ? 1e-9 : ridge;
      gradient[i] = -line[i]! * weights[i]!;
      return line;
    });
    for (const [at, row] of rows.entries()) {
      const p = 1 / (1 + Math.exp(-dot(weights, row)));
      const weight = p * (1 - p);
      for (let i = 0; i < width; i++) {
        gradient[i]! += (labels[at]! - p) * row[i]!;
        for (let j = 0; j <= i; j++) curvature[i]![j]! += weight * row[i]! * row[j]!;
      }
    }
    const step = solve(curvature, gradient);
    weights = weights.map((weight, i) => weight + step[i]!);
    if (step.every((part) => Math.abs(part) < 1e-10)) break;
  }
  const raw = weights.slice(1).map((weight, i) => weight * scaling[i]!.factor);
  return { weights: raw, intercept: weights[0]! - raw.reduce((sum, weight, i) => sum + weight * scaling[i]!.mean, 0) };
}

/** The log odds of each row. */
export function logOdds({ weights, intercept }: LogisticRegression, values: readonly (readonly number[])[]): number[] {
  return values.map((row) => intercept + dot(weights, row));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** Mean and 1 / standard deviation of each measure; one that never changes says nothing and is left at 0. */
function scalingOf(values: readonly (readonly number[])[]): { mean: number; factor: number }[] {
  return Array.from({ length: values[0]?.length ?? 0 }, (_, i) => {
    const mean = values.reduce((sum, row) => sum + row[i]!, 0) / values.length;
    const variance = values.reduce((sum, row) => sum + (row[i]! - mean) ** 2, 0) / values.length;
    return { mean, factor: variance > 1e-20 ? 1 / Math.sqrt(variance) : 0 };
  });
}

/** Solves a symmetric positive definite system, of which the lower half is given, by Cholesky's decomposition. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  const lower = matrix.map((line) => Float64Array.from(line));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j]![j]!;
    }
  }
  const solution = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) solution[i]! -= lower[i]![k]! * solution[k]!;
    solution[i]! /= lower[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) solution[i]! -= lower[k]![i]! * solution[k]!;
    solution[i]! /= lower[i]![i]!;
  }
  return solution;
}
