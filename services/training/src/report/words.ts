import type { Estimate } from "@redspot/model";
import type { ReportContent } from "./report-content.ts";

/** A figure with its interval, as it is written in the field: 0.90 (0.79 to 0.96). */
export function figure({ value, low, high }: Pick<Estimate, "value" | "low" | "high">, digits = 2): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** A p value, no more exact than it deserves. */
export const pValue = (p: number) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

/** How the cut-off was chosen. */
export function chosenBy({ cutOff: { chosenBy: by, demanded } }: Pick<ReportContent, "cutOff">): string {
  switch (by) {
    case "youden":
      return "Youden's J, the highest sensitivity and specificity together";
    case "cost":
      return `cost, a missed fracture counting as ${demanded} false alarms`;
    default:
      return `a demanded ${by} of ${demanded}`;
  }
}

/** What the cases of the evaluation are. */
export function evaluatedOn({ evaluation: { part, finalSetUses } }: Pick<ReportContent, "evaluation">): string {
  if (part === "testing") return "the testing part";
  const { evaluations, models } = finalSetUses ?? { evaluations: 1, models: 1 };
  if (evaluations === 1) return "a final set kept apart, used for the first time";
  return `a final set kept apart, evaluated on for the ${ordinal(evaluations)} time (${models} model${models === 1 ? "" : "s"})`;
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${ending}`;
}
