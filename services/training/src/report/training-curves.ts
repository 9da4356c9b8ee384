import * as Plot from "@observablehq/plot";
import { axis, COLOURS, draw } from "@redspot/report";
import type { TrainingPoint } from "../train/curves.ts";

/** As many points as the paper's moving average takes in. */
const WINDOW = 40;

/** The mean of each value and those before it, up to 40 of them. */
export function movingAverage(values: readonly number[], window = WINDOW): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= window ? values[i - window]! : 0);
    return sum / Math.min(i + 1, window);
  });
}

interface Line {
  readonly iteration: number;
  readonly value: number;
  readonly smooth: number;
}

function lineOf(points: readonly TrainingPoint[], value: (point: TrainingPoint) => number | undefined): Line[] {
  const known = points.flatMap((point) => {
    const found = value(point);
    return found === undefined ? [] : [{ iteration: point.iteration, value: found }];
  });
  const smooth = movingAverage(known.map((one) => one.value));
  return known.map((one, i) => ({ ...one, smooth: smooth[i]! }));
}

/** Figure 3 of Kim & MacKinnon: accuracy or cross-entropy of training and validation, with its moving average. */
export function trainingCurves(points: readonly TrainingPoint[], measure: "accuracy" | "crossEntropy"): string {
  const training = lineOf(points, (point) => point.training[measure]);
  const validation = lineOf(points, (point) => point.validation?.[measure]);
  const name = measure === "accuracy" ? "Accuracy" : "Cross-entropy";
  // The curves may end in one place; their names must not.
  const ends = [training, validation].map((line) => line.at(-1)?.smooth ?? 0);
  const above = ends[0]! >= ends[1]! ? "training" : "validation";
  const drawn = (line: readonly Line[], stroke: string, dash: string, label: string) => [
    Plot.lineY(line, { x: "iteration", y: "value", stroke, strokeOpacity: 0.25, strokeWidth: 1 }),
    Plot.lineY(line, { x: "iteration", y: "smooth", stroke, strokeWidth: 2.2, strokeDasharray: dash }),
    Plot.text(line.slice(-1), {
      x: "iteration",
      y: "smooth",
      text: [label],
      dx: 6,
      dy: label === above ? -7 : 7,
      textAnchor: "start",
      fill: stroke,
    }),
  ];
  return draw(`${name} against iteration, for training and validation`, {
    marginRight: 74,
    x: axis("Iteration", { nice: true }),
    y: axis(
      name,
      measure === "accuracy" ? { domain: [Math.min(0.5, lowest([training, validation])), 1] } : { zero: true },
    ),
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      ...drawn(training, COLOURS.noFracture, "none", "training"),
      ...drawn(validation, COLOURS.fracture, "6,3", "validation"),
    ],
  });
}

function lowest(lines: readonly (readonly Line[])[]): number {
  return Math.floor(10 * Math.min(...lines.flat().map(({ value }) => value))) / 10;
}
