import { EventEmitter } from "node:events";
import { type Finding, findingSchema, type Priority, priorityOf, readingOrder } from "@redspot/triage";
import { keyOf, type Store } from "./connection.ts";
import type { StudyJob } from "./jobs.ts";

/** How the report about a study's latest finding stands. */
export type ReportState =
  | { state: "pending" }
  | { state: "stored"; sopInstanceUID: string }
  /** `code` says why, `retrying` whether it will be tried again. */
  | { state: "failed"; code: string; retrying: boolean };

/** A study's line on the reading list. */
export interface Workitem {
  studyInstanceUID: string;
  /** When the study's first instance arrived, in milliseconds since 1970, with a fraction. */
  arrivedAt: number;
  priority: Priority;
  /** The latest finding; none while the study waits for its analysis. */
  finding?: Finding;
  report: ReportState;
}

/**
 * Places a study by its finding: KEYS study, list, channel; ARGV study UID, revision, priority, head start.
 * A finding of an older revision than the one that placed the study changes nothing.
 */
const PLACE = `
local arrived = redis.call('HGET', KEYS[1], 'arrivedAt')
if not arrived then return 0 end
if tonumber(redis.call('HGET', KEYS[1], 'foundRevision') or '0') >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'foundRevision', ARGV[2], 'priority', ARGV[3])
redis.call('HDEL', KEYS[1], 'report')
redis.call('ZADD', KEYS[2], 'XX', ARGV[4], ARGV[1])
redis.call('PUBLISH', KEYS[3], ARGV[1])
return 1
`;

/**
 * Notes how a report stands: KEYS study, channel; ARGV study UID, revision, state. What is told of an older revision than
 * the one that placed the study is out of date.
 */
const NOTE_REPORT = `
if tonumber(redis.call('HGET', KEYS[1], 'foundRevision') or '0') > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'report', ARGV[3])
redis.call('PUBLISH', KEYS[2], ARGV[1])
return 1
`;

/**
 * The reading list: every study that arrived, first come, first served, those with a likely fracture with a head start.
 * One sorted set, whose scores are `readingOrder`.
 */
export class ReadingList {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Gives a study the place that its finding asks for. Idempotent; false when a finding as new had placed it before.
   *
   * @param headStart milliseconds
   */
  async place({ studyInstanceUID, revision, outcome }: Finding, headStart: number): Promise<boolean> {
    const { redis } = this.#store;
    const arrivedAt = Number(await redis.hget(this.#study(studyInstanceUID), "arrivedAt"));
    const priority = priorityOf(outcome);
    const placed = await redis.eval(
      PLACE,
      3,
      this.#study(studyInstanceUID),
      this.#list,
      this.#channel,
      studyInstanceUID,
      String(revision),
      priority,
      String(readingOrder(arrivedAt, priority, headStart)),
    );
    return placed === 1;
  }

  /** Notes how the report of a revision stands, and tells those who watch; nothing where a newer one placed the study. */
  async noteReport({ studyInstanceUID, revision }: StudyJob, report: ReportState): Promise<void> {
    await this.#store.redis.eval(
      NOTE_REPORT,
      2,
      this.#study(studyInstanceUID),
      this.#channel,
      studyInstanceUID,
      String(revision),
      JSON.stringify(report),
    );
  }

  /** How many studies are on the list. */
  async length(): Promise<number> {
    return this.#store.redis.zcard(this.#list);
  }

  /** Workitems in reading order. */
  async page(offset = 0, count = 100): Promise<Workitem[]> {
    const uids = await this.#store.redis.zrange(this.#list, String(offset), String(offset + count - 1));
    return this.#workitems(uids);
  }

  /** One study's workitem, whatever its place. */
  async get(studyInstanceUID: string): Promise<Workitem | undefined> {
    return (await this.#workitems([studyInstanceUID]))[0];
  }

  async #workitems(uids: string[]): Promise<Workitem[]> {
    const { redis } = this.#store;
    const studies = await Promise.all(uids.map((uid) => redis.hgetall(this.#study(uid))));
    const findings = await Promise.all(
      uids.map((uid, index) => {
        const revision = studies[index]?.foundRevision;
        return revision === undefined ? null : redis.get(keyOf(this.#store, "study", uid, `finding-${revision}`));
      }),
    );
    return uids.flatMap((studyInstanceUID, index) => {
      const study = studies[index];
      if (study?.arrivedAt === undefined) return [];
      const finding = findings[index];
      return {
        studyInstanceUID,
        arrivedAt: Number(study.arrivedAt),
        priority: (study.priority ?? "MEDIUM") as Priority,
        ...(finding ? { finding: findingSchema.parse(JSON.parse(finding)) } : {}),
        report: study.report === undefined ? { state: "pending" } : (JSON.parse(study.report) as ReportState),
      };
    });
  }

  /**
   * Tells of every change of the list until closed: event "change" with the Study Instance UID. Changes while the
   * connection is away are not told; on "resumed" the whole list should be read again.
   */
  async watch(): Promise<ReadingListWatch> {
    const subscriber = this.#store.redis.duplicate();
    const events = new EventEmitter<{ change: [studyInstanceUID: string]; resumed: [] }>();
    await subscriber.subscribe(this.#channel);
    subscriber.on("message", (_channel, studyInstanceUID) => events.emit("change", studyInstanceUID));
    subscriber.on("ready", () => events.emit("resumed"));
    subscriber.on("error", () => {
      // The connection restores itself; "ready" tells when it has.
    });
    return Object.assign(events, { close: async () => void (await subscriber.quit()) });
  }

  get #list(): string {
    return keyOf(this.#store, "reading-list");
  }

  get #channel(): string {
    return keyOf(this.#store, "reading-list-changes");
  }

  #study(studyInstanceUID: string): string {
    return keyOf(this.#store, "study", studyInstanceUID);
  }
}

export type ReadingListWatch = EventEmitter<{ change: [studyInstanceUID: string]; resumed: [] }> & {
  close(): Promise<void>;
};
