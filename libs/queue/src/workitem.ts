import { type FindingInShort, findingSchema, inShort, type Lane, type Outcome, type Priority } from "@redspot/triage";
import { keyOf, type Store } from "./connection.ts";

/** Procedure Step State (0074,1000) (PS3.4 CC.1.1). */
export type WorkitemState = "SCHEDULED" | "IN PROGRESS" | "COMPLETED" | "CANCELED";

/** How the report about a study's latest finding stands. */
export type ReportState =
  | { state: "pending" }
  | { state: "stored"; sopInstanceUID: string }
  /** `code` says why, `retrying` whether it will be tried again. */
  | { state: "failed"; code: string; retrying: boolean };

/** Who did something with a study, as Redspot knows them, and when, in milliseconds since 1970. */
export interface Act {
  by: string;
  at: number;
}

/** A person's answer to a finding. */
export type Verdict = "fracture" | "no-fracture";

/** A verdict, with the finding that it is about, where there was one. */
export interface VerdictNote extends Act {
  verdict: Verdict;
  comment?: string;
  revision?: number;
  outcome?: Outcome;
  probability?: number;
  model?: FindingInShort["model"];
}

/** A study's line on the reading list. */
export interface Workitem {
  studyInstanceUID: string;
  /** When the study arrived on the list, in milliseconds since 1970, with a fraction. */
  arrivedAt: number;
  /** The name of the site that sent it, where it is known. */
  site?: string;
  lane: Lane;
  state: WorkitemState;
  priority: Priority;
  /** The latest finding; none while the study waits for its analysis. */
  finding?: FindingInShort;
  report: ReportState;
  /** Who reads it, while it is IN PROGRESS. */
  taken?: Act;
  /** Who completed or withdrew it. */
  ended?: Act;
  /** Who moved it to the top, and why. */
  pin?: Act & { why: string };
  verdict?: VerdictNote;
}

/** The fields of a study of which its line is made, all of them small. */
export const WORKITEM_FIELDS = [
  "arrivedAt",
  "site",
  "lane",
  "state",
  "priority",
  "short",
  "foundRevision",
  "report",
  "takenBy",
  "takenAt",
  "endedBy",
  "endedAt",
  "pin",
  "verdict",
  "changedAt",
] as const;

type Fields = Partial<Record<(typeof WORKITEM_FIELDS)[number], string>>;

/** A study's line from the values of WORKITEM_FIELDS; none where there is no such study. */
export async function workitemOf(
  store: Store,
  uid: string,
  values: (string | null | false)[],
): Promise<Workitem | undefined> {
  const study: Fields = {};
  for (const [index, field] of WORKITEM_FIELDS.entries()) {
    const value = values[index];
    if (typeof value === "string") study[field] = value;
  }
  if (study.arrivedAt === undefined) return undefined;
  const finding = await findingOf(store, uid, study);
  return {
    studyInstanceUID: uid,
    arrivedAt: Number(study.arrivedAt),
    ...(study.site === undefined ? {} : { site: study.site }),
    lane: (study.lane ?? "live") as Lane,
    state: (study.state ?? "SCHEDULED") as WorkitemState,
    priority: (study.priority ?? "MEDIUM") as Priority,
    ...(finding === undefined ? {} : { finding }),
    report: study.report === undefined ? { state: "pending" } : (JSON.parse(study.report) as ReportState),
    ...(study.takenBy === undefined ? {} : { taken: { by: study.takenBy, at: Number(study.takenAt) } }),
    ...(study.endedBy === undefined ? {} : { ended: { by: study.endedBy, at: Number(study.endedAt) } }),
    ...(study.pin === undefined ? {} : { pin: withNumbers(JSON.parse(study.pin)) }),
    ...(study.verdict === undefined ? {} : { verdict: verdictOf(study.verdict) }),
  };
}

async function findingOf(
  store: Store,
  uid: string,
  { short, foundRevision }: Fields,
): Promise<FindingInShort | undefined> {
  if (short !== undefined) return JSON.parse(short) as FindingInShort;
  if (foundRevision === undefined) return undefined;
  // Placed by an earlier version, which kept nothing in short.
  const finding = await store.redis.get(keyOf(store, "study", uid, `finding-${foundRevision}`));
  return finding === null ? undefined : inShort(findingSchema.parse(JSON.parse(finding)));
}

/** Times are kept as text, in all their digits. */
export function withNumbers<T extends { at: string | number }>(note: T): T & { at: number } {
  return { ...note, at: Number(note.at) };
}

export function verdictOf(text: string): VerdictNote {
  const { comment, ...note } = withNumbers(JSON.parse(text)) as VerdictNote;
  return { ...note, ...(comment ? { comment } : {}) };
}
