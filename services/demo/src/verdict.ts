import type { StudyTruth } from "@redspot/phantom";
import type { ReadingListLine } from "@redspot/testbed";
import { mean, quantileOf, rounded } from "./figures.ts";
import type { FlagLatency } from "./flag-latency.ts";

/** A study that the demo sent: what is true of it, beside what Redspot says. */
export interface SentStudy {
  readonly studyInstanceUID: string;
  /** Its name in the demo's tables: its number in the order of sending. */
  readonly label: string;
  readonly truth: StudyTruth;
}

export interface Outcome {
  readonly studies: readonly SentStudy[];
  /** The reading list, in reading order. */
  readonly list: readonly ReadingListLine[];
  /** SR instances in the PACS by study. */
  readonly reports: ReadonlyMap<string, number>;
  /** Seconds from a study's arrival at Redspot to its report's being found in the PACS, by study. */
  readonly pushToReport: ReadonlyMap<string, number>;
  readonly latencies: readonly FlagLatency[];
}

/** The demo's last line: what a script reads. */
export interface Figures {
  readonly studies: number;
  readonly eligible: number;
  readonly reports: number;
  readonly fractures: number;
  readonly fractures_flagged: number;
  readonly mean_place_of_fractures_by_arrival: number | undefined;
  readonly mean_place_of_fractures_read: number | undefined;
  readonly push_to_report_s_median: number | undefined;
  readonly push_to_report_s_p95: number | undefined;
  readonly settled_to_listed_s_median: number | undefined;
  readonly settled_to_listed_s_p95: number | undefined;
  readonly settled_to_report_s_median: number | undefined;
  readonly settled_to_report_s_p95: number | undefined;
  readonly complaints: readonly string[];
}

/** The list in the order in which the studies arrived. */
export function byArrival(list: readonly ReadingListLine[]): ReadingListLine[] {
  return [...list].sort((a, b) => Date.parse(a.arrivedAt) - Date.parse(b.arrivedAt));
}

/** Plaster is visible in the pixels only; Redspot goes by the header so far, and analyses what the header allows. */
function mustBeExcluded(truth: StudyTruth): boolean {
  return !truth.eligible && truth.exclusion !== "cast";
}

/** Senders leave gaps, and some send raw detector data: not to analyse such a study is the right answer. */
const gapsOfSenders = new Set(["BODY_PART_UNKNOWN", "VIEW_UNKNOWN", "FOR_PROCESSING", "OPEN_GROWTH_PLATES"]);

function isGap(line: ReadingListLine): boolean {
  return line.reason ? gapsOfSenders.has(line.reason.code) : false;
}

/**
 * What is not as it must be: each eligible study has exactly one report in the PACS, each excluded one a reason on the
 * list, every study that was sent is on the list once, and most of those that can be analysed are.
 */
export function complaintsAbout({ studies, list, reports }: Outcome): string[] {
  const eligible = new Set(studies.flatMap(({ truth, studyInstanceUID }) => (truth.eligible ? studyInstanceUID : [])));
  const analysed = list.filter((line) => eligible.has(line.studyInstanceUID) && typeof line.probability === "number");
  const most =
    analysed.length >= eligible.size / 2 ? [] : [`only ${analysed.length} of ${eligible.size} were analysed`];
  const each = studies.flatMap(({ studyInstanceUID, label, truth }) => {
    const lines = list.filter((line) => line.studyInstanceUID === studyInstanceUID);
    const found = reports.get(studyInstanceUID) ?? 0;
    const [line] = lines;
    if (line === undefined) return [`${label} is not on the reading list`];
    if (lines.length > 1) return [`${label} is on the reading list ${lines.length} times`];
    if (line.outcome === null) return [`${label} has no finding`];
    if (mustBeExcluded(truth)) {
      return [
        ...(line.outcome === "not-analysed" ? [] : [`${label} was analysed though it is ${truth.exclusion}`]),
        ...(line.reason ? [] : [`${label} has no reason`]),
        ...(found <= 1 ? [] : [`${label} has ${found} reports`]),
      ];
    }
    return [
      ...(line.outcome === "not-analysed" && !isGap(line) ? [`${label} was not analysed: ${line.reason?.code}`] : []),
      ...(found === 1 ? [] : [`${label} has ${found} reports instead of 1`]),
    ];
  });
  return [...most, ...each];
}

export function figuresOf(outcome: Outcome): Figures {
  const { studies, list, reports, pushToReport, latencies } = outcome;
  const broken = new Set(
    studies.filter(({ truth }) => truth.eligible && truth.fracture !== false).map((study) => study.studyInstanceUID),
  );
  const places = (order: readonly ReadingListLine[]) =>
    order.flatMap((line, index) => (broken.has(line.studyInstanceUID) ? [index + 1] : []));
  const seconds = [...pushToReport.values()];
  const listed = latencies.map(({ settledToListed }) => settledToListed);
  const reported = latencies.map(({ settledToReport }) => settledToReport);
  return {
    studies: studies.length,
    eligible: studies.filter(({ truth }) => truth.eligible).length,
    reports: studies.reduce((sum, { studyInstanceUID }) => sum + (reports.get(studyInstanceUID) ?? 0), 0),
    fractures: broken.size,
    fractures_flagged: list.filter((line) => line.outcome === "fracture" && broken.has(line.studyInstanceUID)).length,
    mean_place_of_fractures_by_arrival: rounded(mean(places(byArrival(list))), 1),
    mean_place_of_fractures_read: rounded(mean(places(list)), 1),
    push_to_report_s_median: rounded(quantileOf(seconds, 0.5), 2),
    push_to_report_s_p95: rounded(quantileOf(seconds, 0.95), 2),
    settled_to_listed_s_median: rounded(quantileOf(listed, 0.5), 2),
    settled_to_listed_s_p95: rounded(quantileOf(listed, 0.95), 2),
    settled_to_report_s_median: rounded(quantileOf(reported, 0.5), 2),
    settled_to_report_s_p95: rounded(quantileOf(reported, 0.95), 2),
    complaints: complaintsAbout(outcome),
  };
}
