import type { BacklogRanks } from "./backlog.ts";
import type { Check } from "./check.ts";
import type { Estimate } from "./estimate.ts";
import type { Results } from "./experiment.ts";
import { nameOf } from "./policy.ts";

/** A figure with half its 95 % interval, no more exact than it deserves: 19.6 ± 0.9. */
export function withInterval({ value, half }: Estimate): string {
  if (Number.isNaN(value)) return "-";
  const digits = Math.abs(value) < 100 ? 1 : 0;
  const shown = value.toFixed(digits).replace(/^-(0(\.0)?)$/, "$1");
  return Number.isNaN(half) ? shown : `${shown} ± ${half.toFixed(digits)}`;
}

/** What came of an experiment, a row for each order, as a table that Markdown reads, too. Minutes. */
export function resultsTable({ policies }: Results): string {
  const columns = ["with fracture", "without", "missed by the flag", "95 % with fracture", "95 % not flagged"];
  const rows = policies.map(({ policy, classes }) => [
    nameOf(policy),
    withInterval(classes.fracture.mean),
    withInterval(classes.noFracture.mean),
    withInterval(classes.missed.mean),
    withInterval(classes.fracture.p95),
    withInterval(classes.notFlagged.p95),
    withInterval(classes.all.longest),
    withInterval(classes.notFlagged.lostMost),
  ]);
  return markdown(["order", ...columns, "longest", "most lost"], rows);
}

/** Where fractures stand in a one-off backlog, on average: 1 is first come, first served. */
export function backlogTable({ byFlag, byScore, atBest }: BacklogRanks): string {
  const places = { "by flag": byFlag, "by probability": byScore, "at best": atBest };
  const rows = Object.entries(places).map(([order, { value, half }]) => [
    order,
    `${value.toFixed(3)} ± ${half.toFixed(3)}`,
  ]);
  return markdown(["backlog read", "mean place of a fracture"], rows);
}

export function checkTable({ comparisons }: Check): string {
  const rows = comparisons.map(({ what, simulated: { value, half }, exact, error }) => [
    what,
    `${value.toFixed(3)} ± ${half.toFixed(3)}`,
    exact.toFixed(3),
    `${(100 * error).toFixed(2)} %`,
  ]);
  return markdown(["what", "simulated", "exact", "difference"], rows);
}

function markdown(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
