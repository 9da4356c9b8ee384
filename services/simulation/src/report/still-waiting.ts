import * as Plot from "@observablehq/plot";
import { axis, draw } from "@redspot/report";
import { type PolicyResult, type Results, STEP_MINUTES } from "../experiment.ts";
import { nameOf } from "../policy.ts";
import { CLASS_WORDS } from "../waits.ts";
import { MARKS, SHOWN } from "./class-marks.ts";

/** Smaller parts are the chance of a few studies. */
const LEAST = 1e-4;
const FURTHEST_MINUTES = 720;
const DASH_WORDS = ["solid", "dashed", "dotted"];

/** The part of each class that waits for longer than so many minutes, a panel for each order. */
export function stillWaiting({ policies }: Results): string {
  const points = policies.flatMap(pointsOf);
  const furthest = Math.min(FURTHEST_MINUTES, Math.max(...points.map(({ minutes }) => minutes)));
  const panels = policies.map(({ policy }, i) => ({ name: nameOf(policy), ...panelOf(i) }));
  const facets = { fx: "column", fy: "row" } as const;
  return draw("Part of studies that wait longer than so many minutes, for each order and class of studies", {
    width: 760,
    height: 60 + 190 * Math.ceil(policies.length / 2),
    marginLeft: 66,
    marginRight: 24,
    marginTop: 34,
    x: axis("Minutes", { domain: [0, furthest], ticks: 6 }),
    y: axis("Part that still waits", { type: "log", domain: [LEAST, 1], tickFormat: String, ticks: 4 }),
    fx: { axis: null, padding: 0.14 },
    fy: { axis: null, padding: 0.28 },
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      ...SHOWN.map((name) =>
        Plot.line(
          points.filter((point) => point.name === name && point.minutes <= furthest),
          {
            ...facets,
            x: "minutes",
            y: "part",
            stroke: MARKS[name].colour,
            strokeWidth: 1.8,
            strokeDasharray: MARKS[name].dash,
          },
        ),
      ),
      Plot.text(panels, { ...facets, text: "name", frameAnchor: "top-left", dy: -16, fontWeight: "bold" }),
      ...SHOWN.map((name, i) =>
        Plot.text([panelOf(0)], {
          ...facets,
          text: [`${DASH_WORDS[i]}: ${CLASS_WORDS[name]}`],
          frameAnchor: "top-right",
          dx: -6,
          dy: 6 + 14 * i,
          textAnchor: "end",
          fill: MARKS[name].colour,
        }),
      ),
      Plot.frame({ strokeOpacity: 0.3 }),
    ],
  });
}

/** Two panels stand side by side. */
const panelOf = (i: number) => ({ column: i % 2, row: Math.floor(i / 2) });

function pointsOf({ stillWaiting: parts }: PolicyResult, i: number) {
  return SHOWN.flatMap((name) =>
    parts[name]
      .map((part, step) => ({ name, minutes: step * STEP_MINUTES, part, ...panelOf(i) }))
      .filter(({ part }) => part >= LEAST),
  );
}
