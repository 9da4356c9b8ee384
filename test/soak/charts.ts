import * as Plot from "@observablehq/plot";
import { axis, COLOURS, draw } from "@redspot/report";
import type { MinuteOfLatency } from "./flag-latency.ts";
import type { ProcessSample } from "./process-watch.ts";

const PERCENTILES = [
  { key: "median", label: "median", stroke: COLOURS.noFracture, dash: "none", dy: 0 },
  { key: "p95", label: "95th percentile", stroke: COLOURS.fracture, dash: "7,3", dy: 6 },
  { key: "p99", label: "99th percentile", stroke: COLOURS.quiet, dash: "2,3", dy: -6 },
] as const;

/** Flag latency by minute. */
export function latencyChart(minutes: readonly MinuteOfLatency[]): string {
  return draw("Seconds from a settled study to its report in the PACS, by minute: median, 95th and 99th percentile", {
    width: 720,
    marginRight: 110,
    x: axis("Minute", { ticks: Math.min(10, minutes.length) }),
    y: axis("Settled to report stored, seconds", { zero: true }),
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      ...PERCENTILES.flatMap(({ key, label, stroke, dash, dy }) => [
        Plot.lineY(minutes, { x: "minute", y: key, stroke, strokeWidth: 2, strokeDasharray: dash }),
        Plot.text(minutes.slice(-1), {
          x: "minute",
          y: key,
          text: [label],
          dx: 6,
          dy,
          textAnchor: "start",
          fill: stroke,
        }),
      ]),
    ],
  });
}

const DASHES = ["none", "7,3", "2,3", "9,3,2,3", "4,4"];
const STROKES = [COLOURS.noFracture, COLOURS.fracture, "#009E73", "#CC79A7", COLOURS.quiet];

/** Resident memory of each process. */
export function memoryChart(samples: ReadonlyMap<string, readonly ProcessSample[]>): string {
  const lines = [...samples].map(([name, of], index) => ({
    points: of.map(({ second, residentMb }) => ({ minute: second / 60, residentMb, name })),
    stroke: STROKES[index % STROKES.length]!,
    dash: DASHES[index % DASHES.length]!,
  }));
  return draw("Resident memory of each process in megabytes, by minute", {
    width: 720,
    marginRight: 110,
    x: axis("Minute"),
    y: axis("Resident memory, MB", { zero: true }),
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      ...lines.flatMap(({ points, stroke, dash }) => [
        Plot.lineY(points, { x: "minute", y: "residentMb", stroke, strokeWidth: 1.6, strokeDasharray: dash }),
        Plot.text(points.slice(-1), {
          x: "minute",
          y: "residentMb",
          text: "name",
          dx: 6,
          textAnchor: "start",
          fill: stroke,
        }),
      ]),
    ],
  });
}
