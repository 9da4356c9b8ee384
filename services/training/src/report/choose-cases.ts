import type { ShownCase } from "./report-content.ts";

const logOdds = (p: number) => Math.log((p + 1e-9) / (1 - p + 1e-9));

/**
 * Which cases the report shows, by their rows: of either class the one that was told best and the one that was told
 * worst, and the two nearest to the cut-off. No case twice.
 */
export function chooseCases(
  probabilities: readonly number[],
  labels: Uint8Array,
  cutOff: number,
): { row: number; why: ShownCase["why"] }[] {
  const rows = [...probabilities.keys()].sort((a, b) => probabilities[a]! - probabilities[b]!);
  const [whole, broken] = [0, 1].map((wanted) => rows.filter((row) => labels[row] === wanted));
  const chosen: { row: number; why: ShownCase["why"] }[] = [];
  const take = (row: number | undefined, why: ShownCase["why"]) => {
    if (row !== undefined && !chosen.some((one) => one.row === row)) chosen.push({ row, why });
  };
  take(broken!.at(-1), "best");
  take(whole![0], "best");
  take(broken![0], "worst");
  take(whole!.at(-1), "worst");
  const distance = (row: number) => Math.abs(logOdds(probabilities[row]!) - logOdds(cutOff));
  const left = rows.filter((row) => !chosen.some((one) => one.row === row));
  for (const row of left.sort((a, b) => distance(a) - distance(b)).slice(0, 2)) take(row, "most doubtful");
  return chosen;
}
