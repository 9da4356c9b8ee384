import type { StudyTruth } from "@redspot/phantom";
import type { ReadingListLine } from "@redspot/testbed";
import Table from "cli-table3";
import { byArrival, type SentStudy } from "./verdict.ts";

/** Longer lists are cut here, so that the table stays on a few screens. */
const mostRows = 60;

/** The list as it would be without Redspot, in order of arrival, beside the list that is read. */
export function listTable(studies: readonly SentStudy[], list: readonly ReadingListLine[], colour: boolean): string {
  const byUID = new Map(studies.map((study) => [study.studyInstanceUID, study]));
  const before = byArrival(list);
  const placeBefore = new Map(before.map((line, index) => [line.studyInstanceUID, index + 1]));
  const table = new Table({
    head: ["place", "by arrival", "what it is", "read now", "Redspot says", "what it is", "moved"],
    colWidths: [null, null, null, null, 42, null, null],
    wordWrap: true,
    colAligns: ["right", "left", "left", "left", "left", "left", "right"],
    style: { compact: true, head: colour ? ["bold"] : [], border: colour ? ["grey"] : [] },
  });
  const rows = list.slice(0, mostRows).map((line, index) => {
    const came = byUID.get(before[index]?.studyInstanceUID ?? "");
    const read = byUID.get(line.studyInstanceUID);
    const moved = (placeBefore.get(line.studyInstanceUID) ?? 0) - (index + 1);
    return [
      index + 1,
      came?.label ?? "?",
      came ? truthInWords(came.truth) : "",
      read?.label ?? "?",
      findingInWords(line),
      read ? truthInWords(read.truth) : "",
      moved === 0 ? "" : `${moved > 0 ? "up" : "down"} ${Math.abs(moved)}`,
    ];
  });
  table.push(...rows);
  const rest = list.length - rows.length;
  return rest > 0 ? `${table.toString()}\n  and ${rest} more` : table.toString();
}

/** What the maker of a phantom knows about it. */
function truthInWords({ fracture, eligible, exclusion }: StudyTruth): string {
  const state = fracture === false ? "no fracture" : `fracture (${severityInWords(fracture.severity)})`;
  return eligible || exclusion === undefined ? state : exclusionInWords[exclusion];
}

const exclusionInWords = {
  cast: "plaster cast",
  "open-growth-plates": "growth plates",
  "ap-view": "AP view",
  "other-body-part": "not a wrist",
} as const;

function severityInWords(severity: number): string {
  if (severity < 0.33) return "subtle";
  return severity < 0.67 ? "clear" : "gross";
}

function findingInWords({ outcome, probability, reason }: ReadingListLine): string {
  if (outcome === null) return "waiting";
  if (outcome === "not-analysed") return `not analysed: ${reason?.text ?? "no reason"}`;
  const percent = typeof probability === "number" ? ` ${Math.round(probability * 100)} %` : "";
  return `${outcome.replace("-", " ")}${percent}`;
}
