import type { Estimate } from "@redspot/model";
import { wilson } from "@redspot/statistics";

/** What the answers of a study were, by the truth. */
export interface Counts {
  readonly truePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  readonly falsePositives: number;
}

/**
 * Positive and negative predictive value at a prevalence, by Bayes' theorem, with 95 % intervals: Wilson's intervals of
 * sensitivity and specificity carried over to their ratio by MOVER-R (Donner & Zou 2012), since the two were
 * estimated on different cases. The prevalence is taken as known.
 */
export function predictiveValuesAt(prevalence: number, counts: Counts): { positive: Estimate; negative: Estimate } {
  const { truePositives, falseNegatives, trueNegatives, falsePositives } = counts;
  const [fractures, others] = [truePositives + falseNegatives, trueNegatives + falsePositives];
  const n = fractures + others;
  const odds = prevalence / (1 - prevalence);
  const value = (prior: number, right: Estimate, wrong: Estimate): Estimate => {
    const { low, high } = ratioLimits(right, wrong);
    const at = (ratio: number) => (ratio === Number.POSITIVE_INFINITY ? 1 : (prior * ratio) / (1 + prior * ratio));
    // Neither answer ever given: nothing is known.
    const ratio = right.value === 0 && wrong.value === 0 ? 1 : right.value / wrong.value;
    const method = `Bayes at prevalence ${prevalence}, MOVER-R of Wilson's intervals, 95 %`;
    return { value: at(ratio), low: Math.min(at(low), at(ratio)), high: Math.max(at(high), at(ratio)), n, method };
  };
  return {
    positive: value(odds, wilson(truePositives, fractures), wilson(falsePositives, others)),
    negative: value(1 / odds, wilson(trueNegatives, others), wilson(falseNegatives, fractures)),
  };
}

/** Limits of the ratio a / b of two independent proportions (Donner & Zou 2012, eq. 8 and 9). */
function ratioLimits(a: Estimate, b: Estimate): { low: number; high: number } {
  const product = a.value * b.value;
  const limit = (ofA: number, ofB: number, sign: 1 | -1) => {
    const under = ofB * (2 * b.value - ofB);
    const root = Math.sqrt(Math.max(0, product ** 2 - ofA * (2 * a.value - ofA) * under));
    return under === 0 ? Number.POSITIVE_INFINITY : (product + sign * root) / under;
  };
  return { low: Math.max(0, limit(a.low, b.high, -1)), high: limit(a.high, b.low, 1) };
}
