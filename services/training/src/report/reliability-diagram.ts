import * as Plot from "@observablehq/plot";
import { COLOURS, draw, share } from "@redspot/report";
import { reliabilityBins } from "../statistics/calibration-error.ts";

/** What was promised and what came: the part of cases with a fracture in ten bins of like probability, with Wilson's intervals. */
export function reliabilityDiagram(probabilities: readonly number[], labels: Uint8Array): string {
  const bins = reliabilityBins(probabilities, labels).map(({ meanProbability, fractures, n }) => ({
    promised: meanProbability,
    came: fractures.value,
    low: fractures.low,
    high: fractures.high,
    n,
  }));
  return draw("Reliability diagram: observed part of fractures against the mean probability of each bin", {
    width: 400,
    height: 400,
    x: share("Mean calibrated probability of the bin"),
    y: share("Part with a fracture"),
    marks: [
      Plot.gridX({ strokeOpacity: 0.12 }),
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: COLOURS.quiet, strokeDasharray: "2,4" },
      ),
      Plot.ruleX(bins, { x: "promised", y1: "low", y2: "high", stroke: COLOURS.model, strokeWidth: 1.5 }),
      Plot.dot(bins, { x: "promised", y: "came", r: 4.5, fill: COLOURS.model, stroke: "white" }),
      Plot.frame({ strokeOpacity: 0.3 }),
    ],
  });
}
