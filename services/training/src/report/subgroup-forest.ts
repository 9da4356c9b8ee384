import * as Plot from "@observablehq/plot";
import type { Estimate, Subgroup } from "@redspot/model";
import { COLOURS, draw } from "@redspot/report";

/** A subgroup's sensitivity or specificity with its interval, a line each; hollow where there are too few cases. */
export function subgroupForest(
  subgroups: readonly Subgroup[],
  whole: { sensitivity: Estimate; specificity: Estimate },
): string {
  const rows = subgroups.flatMap(({ attribute, value, tooFew, ...figures }) =>
    (["sensitivity", "specificity"] as const).flatMap((measure) => {
      const found = figures[measure];
      return found ? [{ name: `${attribute}: ${value}`, measure, tooFew, ...found }] : [];
    }),
  );
  const names = [...new Set(rows.map(({ name }) => name))];
  const stroke = ({ measure }: { measure: string }) =>
    measure === "sensitivity" ? COLOURS.fracture : COLOURS.noFracture;
  const enough = rows.filter(({ tooFew }) => !tooFew);
  const few = rows.filter(({ tooFew }) => tooFew);
  const marks = { x: "value", y: "name", fx: "measure", r: 4, strokeWidth: 1.5 } as const;
  return draw("Sensitivity and specificity of each subgroup, with 95 % intervals", {
    width: 820,
    height: 70 + 22 * names.length,
    marginLeft: 24 + 6.6 * Math.max(...names.map((name) => name.length)),
    marginTop: 34,
    x: { label: null, domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: (share: number) => String(share) },
    y: { label: null, domain: names },
    fx: { label: null, domain: ["sensitivity", "specificity"], padding: 0.1 },
    marks: [
      Plot.gridX({ strokeOpacity: 0.12 }),
      Plot.ruleX(
        (["sensitivity", "specificity"] as const).map((measure) => ({ measure, value: whole[measure].value })),
        { x: "value", fx: "measure", strokeDasharray: "2,3" },
      ),
      Plot.ruleY(rows, { x1: "low", x2: "high", y: "name", fx: "measure", stroke, strokeWidth: 1.5 }),
      Plot.dot(enough, { ...marks, fill: stroke, stroke }),
      Plot.dot(few, { ...marks, fill: "white", stroke }),
      Plot.frame({ strokeOpacity: 0.3 }),
    ],
  });
}
