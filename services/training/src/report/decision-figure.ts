import * as Plot from "@observablehq/plot";
import { axis, COLOURS, draw } from "@redspot/report";
import { decisionCurve } from "../statistics/decision-curve.ts";

export interface DecisionFigure {
  /** At the prevalence below. */
  readonly probabilities: readonly number[];
  readonly labels: Uint8Array;
  readonly prevalence: number;
  readonly cutOff: number;
}

/** Decision curve (Vickers & Elkin 2006): what acting on the model is worth, beside acting on everyone and on no one. */
export function decisionFigure({ probabilities, labels, prevalence, cutOff }: DecisionFigure): string {
  const thresholds = Array.from({ length: 96 }, (_, i) => 0.01 * (i + 1));
  const curve = decisionCurve(probabilities, labels, { prevalence, thresholds });
  const top = Math.max(prevalence, ...curve.map(({ model }) => model)) * 1.1;
  const low = -0.25 * top;
  const visible = curve.filter(({ all }) => all >= low);
  const end = visible.at(-1)!;
  const middle = curve[Math.floor(curve.length * 0.55)]!;
  return draw("Decision curve: net benefit of acting on the model, on everyone and on no one", {
    x: axis("Probability from which one would act", { domain: [0, 1] }),
    y: axis("Net benefit (fractures found a patient)", { domain: [low, top] }),
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.ruleY([0], { stroke: COLOURS.quiet, strokeDasharray: "1,3", strokeWidth: 1.8 }),
      Plot.line(visible, { x: "threshold", y: "all", stroke: COLOURS.other, strokeDasharray: "6,3", strokeWidth: 1.8 }),
      Plot.line(curve, {
        x: "threshold",
        y: (point) => Math.max(low, point.model),
        stroke: COLOURS.model,
        strokeWidth: 2.2,
      }),
      Plot.ruleX([cutOff], { strokeDasharray: "2,3", strokeWidth: 1.2 }),
      Plot.text([middle], {
        x: "threshold",
        y: "model",
        text: ["model"],
        dx: 0,
        dy: -18,
        textAnchor: "start",
        fill: COLOURS.model,
      }),
      Plot.text([end], {
        x: "threshold",
        y: "all",
        text: ["everyone"],
        dx: 6,
        dy: -4,
        textAnchor: "start",
        fill: COLOURS.other,
      }),
      Plot.text([[0.98, 0]], { text: ["no one"], dy: -8, textAnchor: "end", fill: COLOURS.quiet }),
      Plot.frame({ strokeOpacity: 0.3 }),
    ],
  });
}
