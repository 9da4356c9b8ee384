import * as Plot from "@observablehq/plot";
import { COLOURS, draw, share } from "@redspot/report";

export interface ScoreHistogram {
  readonly probabilities: readonly number[];
  readonly labels: Uint8Array;
  readonly cutOff: number;
  readonly band: { readonly low: number; readonly high: number };
}

/** Figure 5 of Kim & MacKinnon: the scores of either class, the cut-off as a dotted line; the inconclusive band in grey. */
export function scoreHistogram({ probabilities, labels, cutOff, band }: ScoreHistogram): string {
  const cases = probabilities.map((probability, i) => ({
    probability,
    truth: labels[i] === 1 ? "fracture" : "no fracture",
  }));
  const thresholds = Array.from({ length: 26 }, (_, i) => i / 25);
  const fill = ({ truth }: { truth: string }) => (truth === "fracture" ? COLOURS.fracture : COLOURS.noFracture);
  const columns: Plot.BinXInputs<Plot.RectYOptions> = {
    x: "probability",
    thresholds,
    fy: "truth",
    fill,
    fillOpacity: 0.8,
    inset: 0.5,
  };
  return draw("Histogram of the calibrated probability, of cases with and without a fracture, with the cut-off", {
    width: 460,
    height: 340,
    marginRight: 84,
    x: share("Calibrated probability of a fracture"),
    y: { label: "Cases", labelAnchor: "center", labelArrow: "none", ticks: 4, tickFormat: "d" },
    fy: { label: null, domain: ["no fracture", "fracture"], padding: 0.15 },
    marks: [
      Plot.rect([band], { x1: "low", x2: "high", fill: COLOURS.quiet, fillOpacity: 0.15 }),
      Plot.rectY(cases, Plot.binX({ y: "count" }, columns)),
      Plot.ruleX([cutOff], { strokeDasharray: "2,3", strokeWidth: 1.8 }),
      Plot.ruleY([0]),
    ],
  });
}
