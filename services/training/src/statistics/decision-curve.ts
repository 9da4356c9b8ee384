import { operatingPointAt } from "./roc.ts";

export interface DecisionPoint {
  /** The probability from which one would act: it says how many needless acts a missed fracture is worth. */
  readonly threshold: number;
  /** Net benefit, in fractures found a patient, of acting on the model, and of acting on everyone; on no one it is 0. */
  readonly model: number;
  readonly all: number;
}

/**
 * Decision curve (Vickers & Elkin 2006): net benefit = sensitivity x prevalence - (1 - specificity) x (1 - prevalence) x
 * odds of the threshold. The probabilities must hold at the prevalence given.
 */
export function decisionCurve(
  probabilities: ArrayLike<number>,
  labels: Uint8Array,
  { prevalence, thresholds }: { prevalence: number; thresholds: readonly number[] },
): DecisionPoint[] {
  return thresholds.map((threshold) => {
    const { sensitivity, specificity } = operatingPointAt(threshold, probabilities, labels);
    const net = (found: number, spared: number) =>
      found * prevalence - ((1 - spared) * (1 - prevalence) * threshold) / (1 - threshold);
    return { threshold, model: net(sensitivity.value, specificity.value), all: net(1, 0) };
  });
}
