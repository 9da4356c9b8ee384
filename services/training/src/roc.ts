import type { Estimate } from "@redspot/model";
import { wilson, Z95 } from "./wilson.ts";

/** Scores of those with and of those without a fracture. */
function split(scores: ArrayLike<number>, labels: Uint8Array): { positives: number[]; negatives: number[] } {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (const [i, label] of labels.entries()) (label === 1 ? positives : negatives).push(scores[i]!);
  if (positives.length === 0 || negatives.length === 0) throw new RangeError("a ROC curve needs both classes");
  return { positives, negatives };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sum of squared deviations over n (n - 1): the variance of a mean. */
function varianceOfMean(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length * (values.length - 1));
}

/**
 * The area under the ROC curve (the part of pairs that stand in the right order, ties counting half) with its 95 %
 * interval: variance by DeLong, DeLong & Clarke-Pearson (1988), the interval made on the logit scale so that it stays
 * within 0 and 1. Where every pair stands right there is no variance, and the interval is Wilson's for as many cases as
 * the smaller class has.
 */
export function areaUnderCurve(scores: ArrayLike<number>, labels: Uint8Array): Estimate {
  const { positives, negatives } = split(scores, labels);
  const order = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  const byPositive = positives.map((a) => mean(negatives.map((b) => order(a, b))));
  const byNegative = negatives.map((b) => mean(positives.map((a) => order(a, b))));
  const value = mean(byPositive);
  const deviation = Math.sqrt(varianceOfMean(byPositive) + varianceOfMean(byNegative));
  const n = labels.length;
  if (!(deviation > 0) || value === 0 || value === 1) {
    const fewest = Math.min(positives.length, negatives.length);
    return {
      ...wilson(value * fewest, fewest),
      n,
      method: "Wilson, 95 %, on the smaller class, as DeLong gives no variance",
    };
  }
  const logit = Math.log(value / (1 - value));
  const half = (Z95 * deviation) / (value * (1 - value));
  const back = (z: number) => 1 / (1 + Math.exp(-z));
  return { value, low: back(logit - half), high: back(logit + half), n, method: "DeLong on the logit scale, 95 %" };
}

export interface OperatingPoint {
  readonly cutOff: number;
  readonly sensitivity: Estimate;
  readonly specificity: Estimate;
}

/** Sensitivity and specificity where scores from the cut-off on count as fracture. */
export function operatingPointAt(cutOff: number, scores: ArrayLike<number>, labels: Uint8Array): OperatingPoint {
  const { positives, negatives } = split(scores, labels);
  return {
    cutOff,
    sensitivity: wilson(positives.filter((score) => score >= cutOff).length, positives.length),
    specificity: wilson(negatives.filter((score) => score < cutOff).length, negatives.length),
  };
}

/**
 * The operating point with the highest sensitivity + specificity - 1 (Youden 1950), among cut-offs midway between
 * neighbouring scores. Of several, the lowest: a missed fracture is the error to avoid.
 */
export function youdenPoint(scores: ArrayLike<number>, labels: Uint8Array): OperatingPoint {
  const sorted = [...new Set(Array.from(scores))].sort((a, b) => a - b);
  const cutOffs = sorted.slice(1).map((score, i) => (score + sorted[i]!) / 2);
  const points = cutOffs.map((cutOff) => operatingPointAt(cutOff, scores, labels));
  const index = ({ sensitivity, specificity }: OperatingPoint) => sensitivity.value + specificity.value;
  return points.reduce((best, point) => (index(point) > index(best) + 1e-12 ? point : best));
}
