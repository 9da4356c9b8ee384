import type { Subgroup } from "@redspot/model";
import { areaUnderCurve, wilson } from "@redspot/statistics";
import type { Case } from "../work-folder.ts";

/** With fewer cases of a class the interval of a proportion is up to 0.4 wide: it says nothing, good or bad. */
const ENOUGH = 20;

const ATTRIBUTES = { side: "side", ageBand: "age band", sex: "sex", manufacturer: "manufacturer" } as const;

interface ScoredCases {
  readonly cases: readonly Case[];
  /** Calibrated probabilities, case by case. */
  readonly probabilities: readonly number[];
  readonly cutOff: number;
}

/**
 * The figures by side, age band, sex and manufacturer; and by subtype, which only fractures have: its sensitivity, and the
 * area against all cases without a fracture. Cases of which an attribute is not known are a group of their own.
 */
export function subgroupsOf({ cases, probabilities, cutOff }: ScoredCases): Subgroup[] {
  const rows = [...cases.keys()];
  const isFracture = (row: number) => cases[row]!.label === "fracture";
  const figures = (attribute: string, value: string, members: readonly number[]): Subgroup => {
    const scores = members.map((row) => probabilities[row]!);
    const labels = Uint8Array.from(members, (row) => (isFracture(row) ? 1 : 0));
    const fractures = labels.reduce((sum, label) => sum + label, 0);
    const noFractures = members.length - fractures;
    const found = scores.filter((score, i) => labels[i] === 1 && score >= cutOff).length;
    const spared = scores.filter((score, i) => labels[i] === 0 && score < cutOff).length;
    return {
      attribute,
      value,
      fractures,
      noFractures,
      ...(fractures > 1 && noFractures > 1 ? { auc: areaUnderCurve(scores, labels) } : {}),
      ...(fractures > 0 ? { sensitivity: wilson(found, fractures) } : {}),
      ...(noFractures > 0 ? { specificity: wilson(spared, noFractures) } : {}),
      tooFew: Math.min(fractures, noFractures) < ENOUGH,
    };
  };

  const byAttribute = Object.entries(ATTRIBUTES).flatMap(([key, attribute]) => {
    const groups = Map.groupBy(rows, (row) => cases[row]![key as keyof typeof ATTRIBUTES] ?? "not known");
    return [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([value, members]) => figures(attribute, value, members));
  });

  const others = rows.filter((row) => !isFracture(row));
  const subtypes = Map.groupBy(rows.filter(isFracture), (row) => cases[row]!.subtype ?? "not known");
  if (subtypes.size === 1 && subtypes.has("not known")) return byAttribute;
  const bySubtype = [...subtypes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, members]) => {
      const { specificity: _, ...group } = figures("subtype", value, [...members, ...others]);
      return group;
    });
  return [...byAttribute, ...bySubtype];
}
