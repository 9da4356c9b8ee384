import * as Plot from "@observablehq/plot";
import { COLOURS, draw, share } from "@redspot/report";
import { rocCurve } from "../statistics/roc.ts";
import { rocBand } from "../statistics/roc-band.ts";

export interface RocFigure {
  readonly scores: readonly number[];
  readonly labels: Uint8Array;
  readonly seed: number;
  /** Where the cut-off stands. */
  readonly at: { readonly sensitivity: number; readonly specificity: number };
}

/** Figure 4 of Kim & MacKinnon: the ROC curve with its 95 % confidence band, and where the cut-off stands. */
export function rocFigure({ scores, labels, seed, at }: RocFigure): { svg: string; method: string } {
  const band = rocBand(scores, labels, { seed, replicates: 1000 });
  const curve = rocCurve(scores, labels);
  const x = (point: { specificity: number }) => 1 - point.specificity;
  const svg = draw("ROC curve with its 95 % confidence band", {
    width: 400,
    height: 400,
    x: share("1 - specificity"),
    y: share("Sensitivity"),
    marks: [
      Plot.gridX({ strokeOpacity: 0.12 }),
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.areaY(band.points, { x, y1: "low", y2: "high", fill: COLOURS.model, fillOpacity: 0.18 }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: COLOURS.quiet, strokeDasharray: "2,4" },
      ),
      Plot.line(curve, { x, y: "sensitivity", stroke: COLOURS.model, strokeWidth: 2.2 }),
      Plot.dot([at], { x, y: "sensitivity", symbol: "diamond", r: 7, fill: COLOURS.other, stroke: "white" }),
      Plot.text([at], {
        x,
        y: "sensitivity",
        text: ["cut-off"],
        dx: 12,
        dy: 4,
        textAnchor: "start",
        fill: COLOURS.other,
      }),
      Plot.frame({ strokeOpacity: 0.3 }),
    ],
  });
  return { svg, method: band.method };
}
