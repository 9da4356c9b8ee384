import * as Plot from "@observablehq/plot";
import { axis, draw } from "@redspot/report";
import type { Results } from "../experiment.ts";
import { nameOf } from "../policy.ts";
import { CLASS_WORDS } from "../waits.ts";
import { MARKS, SHOWN } from "./class-marks.ts";

/** Mean waits by order and class. */
export function meanWaits({ policies }: Results): string {
  const rowsOf = (name: (typeof SHOWN)[number]) =>
    policies.map(({ policy, classes }) => {
      const { value, half } = classes[name].mean;
      return { order: nameOf(policy), value, low: value - half, high: value + half };
    });
  return draw("Mean waiting time with 95 % interval, for each order and class of studies", {
    width: 700,
    height: 70 + 56 * policies.length,
    marginLeft: 300,
    marginRight: 60,
    x: axis("Mean wait, minutes", { zero: true, nice: true }),
    y: { domain: policies.map(({ policy }) => nameOf(policy)), label: null, tickSize: 0 },
    marks: [
      Plot.gridX({ strokeOpacity: 0.12 }),
      ...SHOWN.flatMap((name, i) => {
        const { colour, symbol } = MARKS[name];
        const rows = rowsOf(name);
        const dy = 12 * (i - 1);
        return [
          Plot.ruleY(rows, { y: "order", x1: "low", x2: "high", stroke: colour, strokeWidth: 1.5, dy }),
          Plot.dot(rows, { y: "order", x: "value", symbol, fill: colour, r: 4, dy }),
          Plot.text(rows.slice(0, 1), {
            y: "order",
            x: "high",
            text: [CLASS_WORDS[name]],
            dx: 8,
            dy,
            textAnchor: "start",
            fill: colour,
          }),
        ];
      }),
    ],
  });
}
