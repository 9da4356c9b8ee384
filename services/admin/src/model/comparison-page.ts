import type { PackageName } from "@redspot/queue";
import type { Estimate } from "@redspot/statistics";
import type { Comparison, PairedShares } from "./compare-packages.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const signed = (value: number, write: (size: number) => string) => `${value < 0 ? "-" : "+"}${write(Math.abs(value))}`;
const chance = (p: number) => (p < 0.001 ? "< 0.001" : p.toFixed(3));
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** A package, as people say it. */
export const calledBy = ({ name, version, packageHash }: PackageName) =>
  `${name} ${version} (${packageHash.slice(0, 12)})`;

/** A comparison as a table for people, with what keeps one from concluding from it. */
export function comparisonPage(
  { studies, from, to, same, flagged, inconclusive, verdicts, cautions }: Comparison,
  [speaks, shadow]: readonly [PackageName, PackageName],
): string {
  const lines = [`Speaks  ${calledBy(speaks)}`, `Shadow  ${calledBy(shadow)}`, ""];
  if (from === undefined || to === undefined || !same || !flagged || !inconclusive) {
    return [...lines, "No study has been scored by both packages yet.", ...noted(cautions)].join("\n");
  }
  lines.push(
    `${studies} studies that both scored, ${day(from)} to ${day(to)}`,
    "",
    row("", "speaks", "shadow", "difference (95 %)", "p (McNemar)"),
    shares("flagged", flagged),
    shares("inconclusive", inconclusive),
    `same answer    ${percent(same.value)} (${percent(same.low)} to ${percent(same.high)})`,
  );
  if (verdicts.studies > 0) {
    const { sensitivity, specificity, right, area } = verdicts;
    lines.push(
      "",
      `${verdicts.studies} of them with a reader's verdict: ${verdicts.fractures} with a fracture, ${verdicts.studies - verdicts.fractures} without`,
      "",
      row("", "speaks", "shadow", "difference (95 %)", "p"),
      ...(sensitivity ? [shares("sensitivity", sensitivity)] : []),
      ...(specificity ? [shares("specificity", specificity)] : []),
      ...(right ? [shares("right", right)] : []),
      ...(area
        ? [
            row(
              "AUC",
              areaCell(area.speaks),
              areaCell(area.shadow),
              interval(area, (size) => size.toFixed(3)),
              `${chance(area.p)} (DeLong)`,
            ),
          ]
        : []),
    );
  }
  return [...lines, ...noted(cautions)].join("\n");
}

const noted = (cautions: readonly string[]) => cautions.flatMap((caution) => ["", `! ${caution}`]);

const row = (...cells: string[]) =>
  cells
    .map((cell, at) => cell.padEnd([14, 24, 24, 30, 0][at]!))
    .join(" ")
    .trimEnd();

const areaCell = ({ value, low, high }: Estimate) => `${value.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})`;
const shareCell = ({ value, low, high, n }: Estimate) =>
  `${percent(value)} of ${n} (${(100 * low).toFixed(0)}-${(100 * high).toFixed(0)})`;

function interval(
  { difference, low, high }: { difference: number; low: number; high: number },
  write: (size: number) => string,
): string {
  return `${signed(difference, write)} (${signed(low, write)} to ${signed(high, write)})`;
}

function shares(name: string, paired: PairedShares): string {
  const counts = `${paired.onlySpeaks} and ${paired.onlyShadow} of one only`;
  return row(
    name,
    shareCell(paired.speaks),
    shareCell(paired.shadow),
    interval(paired, percent),
    `${chance(paired.p)} (${counts})`,
  );
}
