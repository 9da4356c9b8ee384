import type { Estimate } from "@redspot/model";
import { byClass, wilson } from "@redspot/statistics";

/** A point of the ROC curve: what comes of counting scores from the cut-off on as fracture. */
export interface RocPoint {
  readonly cutOff: number;
  readonly sensitivity: number;
  readonly specificity: number;
}

/**
 * The ROC curve: one point for each way in which a cut-off can part the cases, from none counted as fracture (cut-off
 * infinite) to all of them (the lowest score). Between these, cut-offs lie midway between neighbouring scores.
 */
export function rocCurve(scores: ArrayLike<number>, labels: Uint8Array): RocPoint[] {
  const { positives, negatives } = byClass(scores, labels);
  const order = Uint32Array.from(labels.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const points: RocPoint[] = [{ cutOff: Number.POSITIVE_INFINITY, sensitivity: 0, specificity: 1 }];
  let [found, alarms] = [0, 0];
  for (const [at, row] of order.entries()) {
    if (labels[row] === 1) found++;
    else alarms++;
    const [score, next] = [scores[row]!, scores[order[at + 1] ?? row]!];
    if (at + 1 < order.length && next === score) continue;
    const middle = (score + next) / 2;
    points.push({
      // Between neighbouring floating-point numbers there is no middle.
      cutOff: middle > next ? middle : score,
      sensitivity: found / positives.length,
      specificity: (negatives.length - alarms) / negatives.length,
    });
  }
  return points;
}

/** The curve's sensitivity at a specificity: straight between points, the highest where the curve is upright. */
export function sensitivityAt(specificity: number, curve: readonly RocPoint[]): number {
  let [low, high] = [0, curve.length - 1];
  // The last point that is at least so specific.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (curve[middle]!.specificity >= specificity) low = middle;
    else high = middle - 1;
  }
  const [a, b] = [curve[low]!, curve[low + 1]];
  if (b === undefined || a.specificity === specificity) return a.sensitivity;
  const share = (a.specificity - specificity) / (a.specificity - b.specificity);
  return a.sensitivity + share * (b.sensitivity - a.sensitivity);
}

export interface OperatingPoint {
  readonly cutOff: number;
  readonly sensitivity: Estimate;
  readonly specificity: Estimate;
}

/** Sensitivity and specificity, with Wilson's intervals, where scores from the cut-off on count as fracture. */
export function operatingPointAt(cutOff: number, scores: ArrayLike<number>, labels: Uint8Array): OperatingPoint {
  const { positives, negatives } = byClass(scores, labels);
  return {
    cutOff,
    sensitivity: wilson(positives.filter((score) => score >= cutOff).length, positives.length),
    specificity: wilson(negatives.filter((score) => score < cutOff).length, negatives.length),
  };
}

/** Youden's J (1950): sensitivity + specificity - 1. */
export const youdenIndex = ({ sensitivity, specificity }: RocPoint) => sensitivity + specificity - 1;

/**
 * The point with the highest Youden's J among those that answer both ways; of equal ones that with the lowest cut-off, as a
 * missed fracture is the error to avoid.
 *
 * @throws {RangeError} where all scores are equal
 */
export function youdenPoint(scores: ArrayLike<number>, labels: Uint8Array): RocPoint {
  const points = rocCurve(scores, labels).slice(1, -1);
  if (points.length === 0) throw new RangeError("all scores are equal: no cut-off parts them");
  return points.reduce((best, point) => (youdenIndex(point) >= youdenIndex(best) - 1e-12 ? point : best));
}
