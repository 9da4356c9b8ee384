import { plattTargets } from "./platt.ts";

interface Knot {
  readonly logit: number;
  readonly probability: number;
}

export interface IsotonicCalibration {
  readonly method: "isotonic";
  readonly knots: Knot[];
}

/**
 * Isotonic calibration (Zadrozny & Elkan 2002): the least-squares fit that never falls as the logit rises. Where plain
 * isotonic regression would claim 0 or 1 it stops at Platt's targets, so that no probability is a certainty.
 */
export function fitIsotonic(logits: ArrayLike<number>, labels: Uint8Array): IsotonicCalibration {
  const { negative, positive } = plattTargets(labels);
  const knots = isotonicKnots(logits, labels).map(({ x, y }) => ({
    logit: x,
    probability: negative + y * (positive - negative),
  }));
  return { method: "isotonic", knots };
}

/** The ends of the level stretches of the isotonic regression of y on x; cases of one x count as one, with their mean y. */
export function isotonicKnots(x: ArrayLike<number>, y: ArrayLike<number>): { x: number; y: number }[] {
  const order = Uint32Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a]! - x[b]!);
  const at: number[] = [];
  const sums: number[] = [];
  const weights: number[] = [];
  for (const row of order) {
    if (x[row] !== at.at(-1)) {
      at.push(x[row]!);
      sums.push(0);
      weights.push(0);
    }
    sums[sums.length - 1]! += y[row]!;
    weights[weights.length - 1]!++;
  }
  const fitted = isotonicRegression(
    sums.map((sum, i) => sum / weights[i]!),
    weights,
  );
  const inside = (i: number) =>
    i > 0 && i < at.length - 1 && fitted[i - 1] === fitted[i] && fitted[i] === fitted[i + 1];
  return at.map((value, i) => ({ x: value, y: fitted[i]! })).filter((_, i) => !inside(i));
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955; Best & Chakravarti 1990): the sequence that never
 * falls with the least weighted sum of squared distances from the values.
 */
export function isotonicRegression(values: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  const blocks: { mean: number; weight: number; length: number }[] = [];
  for (let i = 0; i < values.length; i++) {
    let block = { mean: values[i]!, weight: weights?.[i] ?? 1, length: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.mean >= block.mean; last = blocks.at(-1)) {
      const weight = last.weight + block.weight;
      // Equal means stay as they are, to the bit, so that fitting again changes nothing.
      const mean =
        last.mean === block.mean ? last.mean : (last.mean * last.weight + block.mean * block.weight) / weight;
      block = { mean, weight, length: last.length + block.length };
      blocks.pop();
    }
    blocks.push(block);
  }
  return Float64Array.from(blocks.flatMap(({ mean, length }) => Array<number>(length).fill(mean)));
}
