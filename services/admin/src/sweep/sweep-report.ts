import type { Backlog, Sweep, SweepModel } from "@redspot/queue";
import { daysBetween, rankByFlag, rankByProbabilities, rankByScore, readDay, STANDINGS } from "@redspot/sweep";

/** What a sweep came to. For programs; `describeReport` has it in words. */
export interface SweepReport {
  from: string;
  to: string;
  begunAt: string;
  reportedAt: string;
  /** Whether every day was looked through and every study that was queued has come to something. */
  complete: boolean;
  /** Studies of the PACS by how they stand. */
  found: Record<string, number>;
  queued: number;
  /** Of those queued, by what became of them. */
  outcomes: Record<string, number>;
  /** Why studies were not analysed or given up, by code. */
  reasons: Record<string, number>;
  scored: number;
  /** The sum of the calibrated probabilities. */
  expectedFractures: number;
  /** Mean rank of a fracture, where 1 is that of first come, first served; none where it cannot be told. */
  expectedRank: { byFlag?: number; byScore?: number; byProbabilities?: number };
  model?: SweepModel;
}

/** Gathers what a sweep has come to so far. */
export async function sweepReport(sweep: Sweep, backlog: Backlog, now: Date): Promise<SweepReport> {
  const probabilities: number[] = [];
  const reasons: Record<string, number> = {};
  let flagged = 0;
  let told = 0;
  for await (const { outcome } of backlog.outcomes()) {
    told += 1;
    if (outcome.kind === "fracture") flagged += 1;
    if ("probability" in outcome) probabilities.push(outcome.probability);
    const code = "reason" in outcome ? outcome.reason : "code" in outcome ? outcome.code : undefined;
    if (code !== undefined) reasons[code] = (reasons[code] ?? 0) + 1;
  }
  const model = await backlog.model();
  const expectedFractures = probabilities.reduce((sum, one) => sum + one, 0);
  return {
    from: sweep.plan.from,
    to: sweep.plan.to,
    begunAt: new Date(sweep.begunAt).toISOString(),
    reportedAt: now.toISOString(),
    complete: sweep.daysDone >= daysOf(sweep) && told >= sweep.queued,
    found: sweep.found,
    queued: sweep.queued,
    outcomes: sweep.outcomes,
    reasons,
    scored: probabilities.length,
    expectedFractures,
    expectedRank: expectedRank(probabilities, flagged, model),
    ...(model && { model }),
  };
}

/** How many days a sweep has to look through. */
export function daysOf({ plan }: Sweep): number {
  return daysBetween(readDay(plan.from)!, readDay(plan.to)!).length;
}

function expectedRank(
  probabilities: readonly number[],
  flagged: number,
  model: SweepModel | undefined,
): SweepReport["expectedRank"] {
  const count = probabilities.length;
  if (count === 0) return {};
  const byProbabilities = rankByProbabilities(probabilities);
  const prevalence = probabilities.reduce((sum, one) => sum + one, 0) / count;
  return {
    ...(model && {
      byFlag: rankByFlag({ flagged: flagged / count, sensitivity: model.sensitivity }),
      byScore: rankByScore({ prevalence, auc: model.auc }),
    }),
    ...(byProbabilities !== undefined && { byProbabilities }),
  };
}

/** Studies by how they stand, in the words of the PACS's administrator. */
export const FOUND = {
  ...STANDINGS,
  known: "studies that Redspot has already",
  "not-asked-for": "studies that the list given with --only does not name",
} as const;

const OUTCOMES = {
  fracture: "suspected fracture",
  inconclusive: "inconclusive",
  "no-fracture": "no suspected fracture",
  "not-analysed": "not analysed",
  arrived: "arrived of themselves meanwhile",
  reported: "reported meanwhile",
  gone: "no longer in the PACS",
  failed: "given up: see redspot-admin dead-letters list --queue backlog",
} as const;

/** The report for a person. */
export function describeReport(report: SweepReport): string {
  const { from, to, complete, queued, scored, expectedFractures, model, reasons } = report;
  const codes = Object.entries(reasons).map(([code, count]) => `${code} ${count}`);
  return [
    `Sweep of ${written(from)} to ${written(to)}${complete ? "" : ", as far as it has come"}`,
    "",
    "In the PACS, by what it tells:",
    ...table(report.found, FOUND),
    "",
    `Queued: ${queued}. Of these:`,
    ...table(report.outcomes, OUTCOMES),
    ...(codes.length === 0 ? [] : [`  reasons: ${codes.join(", ")}`]),
    "",
    `${scored} studies have a probability; together they make ${expectedFractures.toFixed(1)} expected fractures.`,
    ...rankLines(report),
    ...(model?.intendedUse === "demonstration"
      ? ["", "DEMONSTRATION - NOT FOR CLINICAL USE: the model was trained on synthetic radiographs."]
      : []),
  ].join("\n");
}

/** Counts by kind, each with its words, in the order of the words. */
export function table(counts: Readonly<Record<string, number>>, words: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(words).flatMap(([kind, text]) => {
    const count = counts[kind] ?? 0;
    return count === 0 ? [] : [`  ${String(count).padStart(9)}  ${text}`];
  });
  return lines.length === 0 ? ["  none"] : lines;
}

function rankLines({ expectedRank, model }: SweepReport): string[] {
  const { byFlag, byScore, byProbabilities } = expectedRank;
  if (byProbabilities === undefined) return [];
  const of = model ? `${model.name} ${model.version}` : "";
  return [
    "Expected mean rank of a fracture, where first come, first served is 1:",
    `  ${byProbabilities.toFixed(2)}  in the order of the list, by these probabilities, if they are calibrated`,
    ...(byFlag === undefined || byScore === undefined || !model
      ? []
      : [
          `  ${byScore.toFixed(2)}  by score, at the AUC of ${of} in its evaluation (${model.auc.toFixed(3)})`,
          `  ${byFlag.toFixed(2)}  had only the flag been used, at its sensitivity (${model.sensitivity.toFixed(3)})`,
        ]),
  ];
}

/** A day as people write it. */
export function written(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}
