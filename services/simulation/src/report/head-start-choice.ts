import * as Plot from "@observablehq/plot";
import { axis, draw } from "@redspot/report";
import type { Estimate } from "../estimate.ts";
import type { PolicyResult, Results } from "../experiment.ts";
import { CLASS_WORDS } from "../waits.ts";
import { MARKS, SHOWN } from "./class-marks.ts";

interface Series {
  readonly name: string;
  readonly colour: string;
  readonly dash: string;
  /** By how much the name is moved down, so that two do not stand on one another. */
  readonly down: number;
  readonly of: (result: PolicyResult) => Estimate;
}

const MEANS: readonly Series[] = SHOWN.map((name, i) => ({
  name: CLASS_WORDS[name],
  ...MARKS[name],
  down: [0, 6, -6][i]!,
  of: ({ classes }) => classes[name].mean,
}));

const LONGEST: readonly Series[] = [
  { name: "any study", colour: "#333333", dash: "none", down: 0, of: ({ classes }) => classes.all.longest },
];

/** What a longer head start brings, and what it costs: mean waits, and beside them the longest of all. */
export function headStartChoice(results: Results): string {
  const [left, right] = [panel(results, "Mean wait, minutes", MEANS), panel(results, "Longest wait, minutes", LONGEST)];
  const placed = (svg: string, x: number) => svg.replace("<svg", `<svg x="${x}"`);
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Mean waits and the longest wait, by head start" viewBox="0 0 780 330" width="780" height="330" style="font-family:inherit">${placed(left, 0)}${placed(right, 390)}</svg>`;
}

function panel({ policies }: Results, title: string, series: readonly Series[]): string {
  return draw(`${title}, by head start`, {
    width: 380,
    height: 330,
    marginRight: 112,
    x: axis("Head start, minutes", { nice: true, ticks: 5 }),
    y: axis(title, { zero: true, nice: true }),
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      ...series.flatMap(({ name, colour, dash, down, of }) => {
        const line = policies.flatMap((result) => {
          if (result.policy.order !== "head-start") return [];
          const { value, half } = of(result);
          return { headStart: result.policy.minutes, value, low: value - half, high: value + half };
        });
        return [
          Plot.ruleX(line, { x: "headStart", y1: "low", y2: "high", stroke: colour, strokeOpacity: 0.5 }),
          Plot.line(line, { x: "headStart", y: "value", stroke: colour, strokeWidth: 2, strokeDasharray: dash }),
          Plot.dot(line, { x: "headStart", y: "value", fill: colour, r: 2.5 }),
          Plot.text(line.slice(-1), {
            x: "headStart",
            y: "value",
            text: [name],
            dx: 7,
            dy: down,
            textAnchor: "start",
            fill: colour,
          }),
        ];
      }),
    ],
  });
}
