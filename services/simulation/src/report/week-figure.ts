import * as Plot from "@observablehq/plot";
import { axis, COLOURS, draw } from "@redspot/report";
import type { Experiment, Results } from "../experiment.ts";
import { HOUR } from "../study.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The week as it comes in and as it waits. */
export function weekFigure({ week }: Results, { roster }: Experiment): string {
  const hours = week.map((figures, hour) => ({ hour, end: hour + 1, ...figures }));
  const readers = hours.map(({ hour }) => roster.readersAt(hour * HOUR));
  const highest = Math.max(...week.flatMap(({ arrivals, waiting }) => [arrivals, waiting]));
  const fewer = hours.filter(({ hour }) => readers[hour]! < Math.max(...readers));
  const shaded = fewer.length > 0 ? "; shaded: fewer readers" : "";
  const named = { x: 168, dx: 6, textAnchor: "start" } as const;
  return draw("Studies that arrive and studies that wait in each hour of the week", {
    width: 760,
    height: 280,
    marginRight: 112,
    x: axis(`Hour of the week${shaded}`, {
      domain: [0, 168],
      ticks: DAYS.map((_, day) => 24 * day),
      tickFormat: (hour: number) => DAYS[hour / 24] ?? "",
    }),
    y: axis("Studies", { zero: true, nice: true }),
    marks: [
      Plot.rectY(fewer, { x1: "hour", x2: "end", y1: 0, y2: highest, fill: "#000", fillOpacity: 0.06 }),
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.line(hours, {
        x: "hour",
        y: "arrivals",
        stroke: COLOURS.noFracture,
        strokeDasharray: "4,3",
        strokeWidth: 1.6,
        curve: "step-after",
      }),
      Plot.line(hours, { x: "hour", y: "waiting", stroke: COLOURS.fracture, strokeWidth: 2 }),
      Plot.text(hours.slice(-1), {
        ...named,
        y: "arrivals",
        text: ["arrive in an hour"],
        dy: 7,
        fill: COLOURS.noFracture,
      }),
      Plot.text(hours.slice(-1), { ...named, y: "waiting", text: ["wait"], dy: -7, fill: COLOURS.fracture }),
      Plot.ruleY([0]),
    ],
  });
}
