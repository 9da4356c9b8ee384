import { escaped } from "@redspot/report";
import type { CasesFile, Excluded } from "../work-folder.ts";
import { STAGES, wordingOf } from "./exclusion.ts";

type Stage = Excluded["stage"];

/** What is left after a stage, and who left in it, most first. */
export interface FlowStep {
  readonly stage: Stage;
  readonly name: string;
  readonly left: number;
  readonly reasons: readonly { readonly wording: string; readonly count: number }[];
}

/**
 * Who was left out and why, stage by stage, as STARD 2015 asks for. Up to "found" rows of the label file (or files) are
 * counted, from there on images: a study may have several, and those are then no rows any more.
 */
export function flowOf({ cases, excluded }: Pick<CasesFile, "cases" | "excluded">, rows: number): FlowStep[] {
  const stages = Object.keys(STAGES) as Stage[];
  const leaving = (stage: Stage) => excluded.filter((one) => one.stage === stage);
  return stages.map((stage, at) => {
    const later = stages.slice(at + 1).reduce((sum, next) => sum + leaving(next).length, 0);
    const counts = [...Map.groupBy(leaving(stage), ({ reason }) => reason)];
    return {
      stage,
      name: STAGES[stage],
      left: stage === "labels" ? rows - leaving(stage).length : cases.length + later,
      reasons: counts
        .map(([reason, some]) => ({ wording: wordingOf(reason), count: some.length }))
        .sort((a, b) => b.count - a.count),
    };
  });
}

/** The flow in lines, for a terminal. */
export function describeFlow(steps: readonly FlowStep[], rows: number): string {
  const lines = steps.flatMap(({ stage, name, left, reasons }) => [
    ...reasons.map(({ wording, count }) => `    ${String(-count).padStart(6)}  ${wording}`),
    `${String(left).padStart(6)}      ${name}${unitOf(stage)}`,
  ]);
  return `${String(rows).padStart(6)}      in all\n${lines.join("\n")}\n`;
}

function unitOf(stage: Stage): string {
  return stage === "found" ? ": images" : "";
}

const WIDTH = 760;
const LINE = 18;
const GAP = 26;
const BOX = { x: 10, width: 300 };
const SIDE = { x: 370, width: 380 };

/** The flow as a diagram: SVG, black on white, legible in print. */
export function drawFlow(steps: readonly FlowStep[], rows: number, cases: CasesFile["cases"]): string {
  const fractures = cases.filter(({ label }) => label === "fracture").length;
  const shapes: string[] = [];
  let y = 10;
  const box = (x: number, width: number, lines: readonly string[]) => {
    const height = lines.length * LINE + 14;
    shapes.push(`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`);
    for (const [at, line] of lines.entries()) {
      shapes.push(`<text x="${x + 10}" y="${y + 20 + at * LINE}">${escaped(line)}</text>`);
    }
    return height;
  };
  const arrow = (x1: number, y1: number, x2: number, y2: number) =>
    shapes.push(`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" marker-end="url(#tip)"/>`);
  const middle = BOX.x + BOX.width / 2;

  y += box(BOX.x, BOX.width, [`Rows or files in all: ${rows}`]);
  for (const { stage, name, left, reasons } of steps) {
    const start = y;
    if (reasons.length > 0) {
      y += GAP / 2;
      const out = reasons.reduce((sum, { count }) => sum + count, 0);
      const lines = [`Left out: ${out}`, ...reasons.map(({ wording, count }) => `${count}  ${wording}`)];
      const height = box(SIDE.x, SIDE.width, lines);
      arrow(middle, y + height / 2, SIDE.x - 2, y + height / 2);
      y += height;
    }
    y += GAP;
    arrow(middle, start, middle, y - 2);
    const split = stage === "kept" ? [`${fractures} with, ${cases.length - fractures} without a fracture`] : [];
    y += box(BOX.x, BOX.width, [`${name}: ${left}${stage === "found" ? " images" : ""}`, ...split]);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 10}" width="${WIDTH}" role="img" aria-label="Who was left out and why">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
<g font-family="sans-serif" font-size="13" stroke="#000" stroke-width="1">
${shapes.join("\n").replaceAll("<rect ", '<rect fill="#fff" ').replaceAll("<text ", '<text stroke="none" fill="#000" ')}
</g>
</svg>
`;
}
