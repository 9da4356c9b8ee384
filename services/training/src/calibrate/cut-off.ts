import { bootstrapInterval } from "../statistics/bootstrap.ts";
import { type RocPoint, rocCurve, youdenPoint } from "../statistics/roc.ts";
import { TrainingError } from "../training-error.ts";

/** How a cut-off is chosen. */
export type CutOffRule =
  /** The highest sensitivity + specificity - 1, as in the paper. */
  | { readonly by: "youden" }
  /** The highest specificity at which the sensitivity is still what is demanded; or the other way round. */
  | { readonly by: "sensitivity" | "specificity"; readonly demanded: number }
  /** The lowest mean cost at the given prevalence, a missed fracture costing as much as so many false alarms. */
  | { readonly by: "cost"; readonly demanded: number; readonly prevalence: number };

export interface CutOff {
  readonly value: number;
  /** 95 % interval of the choice, were it made again on other cases of the kind. */
  readonly interval: { readonly low: number; readonly high: number; readonly method: string };
}

/**
 * The cut-off that a rule chooses on calibrated probabilities.
 *
 * @throws {TrainingError} CUT_OFF_UNREACHABLE
 */
export function chooseCutOff(
  rule: CutOffRule,
  probabilities: readonly number[],
  labels: Uint8Array,
  { seed }: { seed: number },
): CutOff {
  const value = apply(rule, probabilities, labels);
  if (value === undefined) {
    throw new TrainingError(
      "CUT_OFF_UNREACHABLE",
      `No cut-off but one that gives every case the same answer reaches a ${rule.by} of ${"demanded" in rule ? rule.demanded : ""} on these ` +
        `${labels.length} cases: demand less, or choose by Youden's J.`,
    );
  }
  const again = (rows: Uint32Array) =>
    apply(
      rule,
      Array.from(rows, (row) => probabilities[row]!),
      Uint8Array.from(rows, (row) => labels[row]!),
    ) ?? value;
  const { low, high, method } = bootstrapInterval(labels, again, { seed });
  // The value itself is a choice made on all cases, which resamples may hardly ever make.
  return { value, interval: { low: Math.min(low, value), high: Math.max(high, value), method } };
}

function apply(rule: CutOffRule, probabilities: readonly number[], labels: Uint8Array): number | undefined {
  // The first and the last point give every case the same answer.
  const points = rocCurve(probabilities, labels).slice(1, -1);
  if (points.length === 0) return undefined;
  switch (rule.by) {
    case "youden":
      return youdenPoint(probabilities, labels).cutOff;
    case "sensitivity":
      return points.find(({ sensitivity }) => sensitivity >= rule.demanded)?.cutOff;
    case "specificity":
      return points.findLast(({ specificity }) => specificity >= rule.demanded)?.cutOff;
    case "cost": {
      const { demanded: missed, prevalence } = rule;
      const cost = ({ sensitivity, specificity }: RocPoint) =>
        missed * prevalence * (1 - sensitivity) + (1 - prevalence) * (1 - specificity);
      return points.reduce((best, point) => (cost(point) <= cost(best) + 1e-12 ? point : best)).cutOff;
    }
  }
}
