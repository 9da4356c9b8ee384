import type { DataSet } from "@redspot/dicom";
import type { Lane, Priority } from "@redspot/triage";
import { keyOf, type Store } from "./connection.ts";
import { run, runOn, scriptOf } from "./script.ts";
import type { Act, WorkitemState } from "./workitem.ts";
import { firstWorkitemUid } from "./workitem-uid.ts";

/** A Unified Procedure Step: that a study is to be read, and what has become of it (PS3.3 B.26, PS3.4 CC). */
export interface UpsWorkitem {
  workitemUID: string;
  studyInstanceUID: string;
  state: WorkitemState;
  priority: Priority;
  lane: Lane;
  /** Whether a person has pinned the study to the top. */
  isPinned: boolean;
  /** When the workitem was made, in milliseconds since 1970. */
  scheduledAt: number;
  /** When the study arrived; none while it is waited for. */
  arrivedAt?: number;
  /** Whether the study has stopped growing: what is to be read is there. */
  isSettled: boolean;
  /** Who made it; Redspot itself where left out. */
  createdBy?: string;
  taken?: Act;
  ended?: Act;
  /** What systems have told of it: of their data sets, what holds nothing about the patient. */
  attributes: DataSet;
}

/** What is done to a workitem. */
export interface Transaction extends Act {
  act: "create" | "claim" | "complete" | "cancel" | "update" | "requestCancel";
  workitemUID: string;
  /** The study that a workitem is made about. */
  studyInstanceUID?: string;
  transactionUID?: string;
  /** What its attributes are to be. May be asked again where others have changed them meanwhile. */
  attributes?: (workitem: UpsWorkitem | undefined) => DataSet;
  /** Whether the workitem meets the requirements of the final state (PS3.4 CC.2.5.1.1). */
  meets?: (workitem: UpsWorkitem) => boolean;
  asked?: Priority;
  /** The head start that a priority asked for gives, in milliseconds. */
  askedHeadStartMs?: number;
  /** Event types to report, beside those of a change of state (PS3.4 Table CC.2.4-1). */
  events?: readonly number[];
  /** What such an event tells, as text. */
  words?: string;
}

/** Status of a transaction, as PS3.4 CC.2 has them; OTHER: the study has a workitem of somebody else. */
export type WorkitemStatus =
  | "0000"
  | "0111"
  | "B304"
  | "B306"
  | "C300"
  | "C301"
  | "C302"
  | "C304"
  | "C307"
  | "C310"
  | "C311"
  | "C313"
  | "OTHER";

/** Which workitems to go through: all that are open, or of a priority and state; those that ended; those awaited. */
export type WorkitemRange =
  | { which: "open" | "done" | "awaited" }
  | { which: "open"; priority: Priority; state: "SCHEDULED" | "IN PROGRESS" };

const WORKITEM = scriptOf("study", "workitem");
const LINES = scriptOf("lines");

const FIELDS = [
  "workitem",
  "scheduledAt",
  "awaitedAt",
  "arrivedAt",
  "state",
  "priority",
  "lane",
  "pin",
  "settledRevision",
  "createdBy",
  "takenBy",
  "takenAt",
  "endedBy",
  "endedAt",
  "attributes",
] as const;

type Fields = Partial<Record<(typeof FIELDS)[number], string>>;

const CHUNK = 250;

/** The studies of the reading list as workitems, and those that are waited for. */
export class Workitems {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** A workitem, also one that has ended and whose study has another by now. */
  async get(workitemUID: string): Promise<UpsWorkitem | undefined> {
    return (await this.#find(workitemUID))?.workitem;
  }

  async #find(workitemUID: string): Promise<{ workitem: UpsWorkitem; attributes: string } | undefined> {
    const { redis } = this.#store;
    const study = await redis.hget(keyOf(this.#store, "workitems"), workitemUID);
    if (study === null) return undefined;
    const now = fieldsOf(await redis.hmget(keyOf(this.#store, "study", study), ...FIELDS));
    const past = now.workitem !== workitemUID && (await redis.get(keyOf(this.#store, "workitem", workitemUID)));
    const fields = past ? (JSON.parse(past) as Fields) : now;
    const workitem = workitemOf(study, fields);
    return workitem && { workitem, attributes: fields.attributes ?? "" };
  }

  /** Does something to a workitem, wholly or not at all. */
  async transact(transaction: Transaction): Promise<WorkitemStatus> {
    const { act, workitemUID, by, at, transactionUID = "", asked = "", askedHeadStartMs = 0 } = transaction;
    for (;;) {
      const found = await this.#find(workitemUID);
      const study = transaction.studyInstanceUID ?? found?.workitem.studyInstanceUID;
      if (study === undefined) return "C307";
      const attributes = transaction.attributes?.(found?.workitem);
      const isUnmet = found !== undefined && transaction.meets?.(found.workitem) === false;
      const status = await runOn(
        this.#store,
        WORKITEM,
        study,
        act,
        workitemUID,
        by,
        at,
        transactionUID,
        found?.attributes ?? "",
        attributes === undefined ? (found?.attributes ?? "") : JSON.stringify(attributes),
        asked,
        askedHeadStartMs,
        (transaction.events ?? []).join(","),
        isUnmet ? "unmet" : (transaction.words ?? ""),
      );
      if (status !== "AGAIN") return status as WorkitemStatus;
    }
  }

  /** The workitems of a range, in reading order; those that ended latest first. What changes meanwhile may be missed. */
  async *scan(range: WorkitemRange): AsyncGenerator<UpsWorkitem> {
    const key = {
      open: keyOf(this.#store, "reading-list", ...("state" in range ? [range.priority, range.state] : [])),
      done: keyOf(this.#store, "reading-list-done"),
      awaited: keyOf(this.#store, "workitems-awaited"),
    }[range.which];
    for (let first = 0; ; first += CHUNK) {
      const order = range.which === "done" ? "done" : "open";
      const answer = await run(this.#store, LINES, key, order, first, CHUNK, "{}", ...FIELDS);
      const [, lines] = answer as [number, string[]];
      for (const line of lines) {
        const [study, ...values] = JSON.parse(line) as [string, ...(string | false)[]];
        const workitem = workitemOf(study, fieldsOf(values));
        if (workitem) yield workitem;
      }
      if (lines.length < CHUNK) return;
    }
  }

  /** The workitem that a study has now, whether it has arrived or not. */
  async ofStudy(studyInstanceUID: string): Promise<UpsWorkitem | undefined> {
    const values = await this.#store.redis.hmget(keyOf(this.#store, "study", studyInstanceUID), ...FIELDS);
    return workitemOf(studyInstanceUID, fieldsOf(values));
  }

  /** Gives open studies that an earlier version noted their place among the workitems. Writes nothing about others. */
  async indexAnew(): Promise<void> {
    const [list, workitems] = [keyOf(this.#store, "reading-list"), keyOf(this.#store, "workitems")];
    for (let first = 0; ; first += CHUNK) {
      const answer = await run(this.#store, LINES, list, "open", first, CHUNK, "{}", "workitem");
      const [, lines] = answer as [number, string[]];
      const lacking = lines.flatMap((line) => {
        const [study, workitem] = JSON.parse(line) as [string, string | false];
        return workitem ? [] : [[firstWorkitemUid(study), study]];
      });
      if (lacking.length > 0) await this.#store.redis.hset(workitems, Object.fromEntries(lacking));
      if (lines.length < CHUNK) return;
    }
  }
}

function fieldsOf(values: (string | null | false)[]): Fields {
  return Object.fromEntries(
    FIELDS.flatMap((field, index) => (typeof values[index] === "string" ? [[field, values[index]]] : [])),
  );
}

function workitemOf(studyInstanceUID: string, fields: Fields): UpsWorkitem | undefined {
  const { arrivedAt, awaitedAt, scheduledAt, takenBy, takenAt, endedBy, endedAt, createdBy } = fields;
  const since = scheduledAt ?? awaitedAt ?? arrivedAt;
  if (since === undefined) return undefined;
  return {
    workitemUID: fields.workitem ?? firstWorkitemUid(studyInstanceUID),
    studyInstanceUID,
    state: (fields.state ?? "SCHEDULED") as WorkitemState,
    priority: (fields.priority ?? "MEDIUM") as Priority,
    lane: (fields.lane ?? "live") as Lane,
    isPinned: fields.pin !== undefined,
    scheduledAt: Number(since),
    ...(arrivedAt === undefined ? {} : { arrivedAt: Number(arrivedAt) }),
    isSettled: fields.settledRevision !== undefined,
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(takenBy === undefined ? {} : { taken: { by: takenBy, at: Number(takenAt) } }),
    ...(endedBy === undefined ? {} : { ended: { by: endedBy, at: Number(endedAt) } }),
    attributes: fields.attributes === undefined ? {} : (JSON.parse(fields.attributes) as DataSet),
  };
}
