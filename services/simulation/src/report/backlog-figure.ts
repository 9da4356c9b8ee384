import * as Plot from "@observablehq/plot";
import { axis, COLOURS, draw } from "@redspot/report";
import type { BacklogRanks } from "../backlog.ts";

/** Where fractures stand in a one-off backlog. */
export function backlogFigure({ firstCome, byFlag, byScore, atBest }: BacklogRanks): string {
  const rows = [
    { order: "first come, first served", ...firstCome },
    { order: "flagged first", ...byFlag },
    { order: "by probability", ...byScore },
    { order: "fractures first (the best there is)", ...atBest },
  ].map((row) => ({ ...row, shown: row.value.toFixed(3) }));
  return draw("Mean place of a fracture in a one-off backlog, against first come, first served", {
    width: 640,
    height: 200,
    marginLeft: 240,
    marginRight: 60,
    x: axis("Mean place of a fracture, first come = 1", { domain: [0, 1] }),
    y: { domain: rows.map(({ order }) => order), label: null, tickSize: 0 },
    marks: [
      Plot.gridX({ strokeOpacity: 0.12 }),
      Plot.barX(rows, { x: "value", y: "order", fill: COLOURS.model, fillOpacity: 0.75, insetTop: 4, insetBottom: 4 }),
      Plot.text(rows, { x: "value", y: "order", text: "shown", dx: 6, textAnchor: "start" }),
    ],
  });
}
