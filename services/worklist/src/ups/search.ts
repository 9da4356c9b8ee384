import type { DataSet } from "@redspot/dicom";
import { tagOf } from "@redspot/dicom";
import type { UpsWorkitem, WorkitemRange } from "@redspot/queue";
import type { Priority } from "@redspot/triage";
import { attributePath, keywordOfPath, type MatchingKey, matches } from "./matching.ts";
import { UpsFailure } from "./ups-answer.ts";

/** What a search asks for (PS3.18 8.3.4). */
export interface Search {
  keys: readonly MatchingKey[];
  /** Tags to be returned beside those that always are; "all" for every one. */
  include: "all" | ReadonlySet<string>;
  offset: number;
  limit: number;
  isFuzzy: boolean;
}

/** So many workitems are returned where the search does not say, and at most. */
const USUAL_LIMIT = 200;
const MOST_LIMIT = 1_000;

/** Attributes of which Redspot keeps nothing, by what the PACS calls them. */
const ASKED_OF_PACS: Record<string, string> = {
  PatientName: "PatientName",
  PatientID: "PatientID",
  IssuerOfPatientID: "IssuerOfPatientID",
  PatientBirthDate: "PatientBirthDate",
  PatientSex: "PatientSex",
  AccessionNumber: "AccessionNumber",
};

/** Returned only where they are asked for: of what was performed nothing is a return key (PS3.4 Table CC.2.5-3). */
const ON_DEMAND = ["UnifiedProcedureStepPerformedProcedureSequence"].map(tagOf);

/** Reads the query parameters of a search. Throws UpsFailure. */
export function readSearch(query: Record<string, unknown>): Search {
  const invalid = (detail: string) => new UpsFailure("search", "0106", detail);
  const keys: MatchingKey[] = [];
  const include = new Set<string>();
  let all = false;
  for (const [name, given] of Object.entries(query)) {
    if (["limit", "offset", "fuzzymatching", "accept", "charset"].includes(name)) continue;
    for (const value of [given].flat().map(String)) {
      if (name === "includefield") {
        for (const field of value.split(",")) {
          if (field === "all") all = true;
          else {
            const [tag] = attributePath(field) ?? [];
            if (tag === undefined) throw invalid(`includefield=${field} is no attribute`);
            include.add(tag);
          }
        }
        continue;
      }
      const path = attributePath(name);
      if (path === undefined) throw invalid(`${name} is no attribute`);
      keys.push({ path, value });
    }
  }
  const number = (name: string, otherwise: number, most: number) => {
    const value = query[name] === undefined ? otherwise : Number(query[name]);
    if (!Number.isInteger(value) || value < 0) throw invalid(`${name} is no whole number`);
    return Math.min(value, most);
  };
  return {
    keys,
    include: all ? "all" : include,
    offset: number("offset", 0, Number.MAX_SAFE_INTEGER),
    limit: number("limit", USUAL_LIMIT, MOST_LIMIT),
    isFuzzy: query.fuzzymatching === "true",
  };
}

/** Where a search looks. */
export interface SearchedWorklist {
  scan(range: WorkitemRange): AsyncIterable<UpsWorkitem>;
  get(workitemUID: string): Promise<UpsWorkitem | undefined>;
  ofStudy(studyInstanceUID: string): Promise<UpsWorkitem | undefined>;
  /** The studies that the PACS has for what is asked of it, by its own keywords. Rejects while it is away. */
  findStudies(keys: Record<string, string>): Promise<string[]>;
  /** A workitem as a data set, as far as the list itself knows it. */
  dataSetOf(workitem: UpsWorkitem): DataSet;
}

/** The workitems that match, in reading order, from the offset to the limit, and whether there are more. */
export async function search(
  { keys, offset, limit }: Search,
  worklist: SearchedWorklist,
): Promise<{ workitems: UpsWorkitem[]; hasMore: boolean }> {
  const { ofPacs, ofList } = divided(keys);
  const found: UpsWorkitem[] = [];
  const seen = new Set<string>();
  let passed = 0;
  for await (const workitem of candidates(ofPacs, ofList, worklist)) {
    if (seen.has(workitem.workitemUID)) continue;
    seen.add(workitem.workitemUID);
    const dataSet = worklist.dataSetOf(workitem);
    if (!ofList.every((key) => matches(dataSet, key))) continue;
    passed += 1;
    if (passed <= offset) continue;
    if (found.length === limit) return { workitems: found, hasMore: true };
    found.push(workitem);
  }
  return { workitems: found, hasMore: false };
}

/** What is asked of the PACS, and what the list itself can tell. */
function divided(keys: readonly MatchingKey[]): { ofPacs: Record<string, string>; ofList: MatchingKey[] } {
  const ofPacs: Record<string, string> = {};
  const ofList: MatchingKey[] = [];
  for (const key of keys) {
    const asked = ASKED_OF_PACS[keywordOfPath(key.path) ?? ""];
    if (asked === undefined) ofList.push(key);
    else if (key.value !== "" && key.value !== "*") ofPacs[asked] = key.value;
  }
  return { ofPacs, ofList };
}

/** The fewest workitems among which all that match are. */
async function* candidates(
  ofPacs: Record<string, string>,
  keys: readonly MatchingKey[],
  worklist: SearchedWorklist,
): AsyncGenerator<UpsWorkitem> {
  const exact = (keyword: string) => {
    const value = keys.find(({ path }) => keywordOfPath(path) === keyword)?.value;
    return value === undefined || value === "" || /[*?]/.test(value) ? undefined : value;
  };
  const each = async function* (uids: readonly string[], find: (uid: string) => Promise<UpsWorkitem | undefined>) {
    for (const uid of uids) {
      const workitem = await find(uid.trim());
      if (workitem) yield workitem;
    }
  };
  const uids = exact("SOPInstanceUID")?.split(/[,\\]/);
  if (uids) return yield* each(uids, (uid) => worklist.get(uid));
  if (Object.keys(ofPacs).length > 0) {
    return yield* each(await worklist.findStudies(ofPacs), (uid) => worklist.ofStudy(uid));
  }
  const studies = exact("StudyInstanceUID")?.split(/[,\\]/);
  if (studies) return yield* each(studies, (uid) => worklist.ofStudy(uid));
  const state = exact("ProcedureStepState");
  const priority = exact("ScheduledProcedureStepPriority");
  if (state === "IN PROGRESS") {
    for (const one of priorities(priority)) yield* worklist.scan({ which: "open", priority: one, state });
  } else if (state !== "COMPLETED" && state !== "CANCELED") {
    yield* worklist.scan({ which: "open" });
  }
  if (state !== "SCHEDULED" && state !== "IN PROGRESS") yield* worklist.scan({ which: "done" });
  yield* worklist.scan({ which: "awaited" });
}

/** A pinned study of any priority goes out as HIGH: it is among all of them that HIGH is looked for. */
function priorities(asked: string | undefined): Priority[] {
  const all: Priority[] = ["HIGH", "MEDIUM", "LOW"];
  return asked === undefined || asked === "HIGH" ? all : all.filter((one) => one === asked);
}

/** Of a data set what a search returns. */
export function returned(dataSet: DataSet, include: Search["include"]): DataSet {
  if (include === "all") return dataSet;
  return Object.fromEntries(Object.entries(dataSet).filter(([tag]) => !ON_DEMAND.includes(tag) || include.has(tag)));
}
