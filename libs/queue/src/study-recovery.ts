import type { Finding, Lane } from "@redspot/triage";
import { type ConnectionOptions, Queue } from "bullmq";
import { answersOf, keyOf, type Store } from "./connection.ts";
import { FindingStore } from "./finding-store.ts";
import { idOf, LONGEST_RETRY_DELAY_MS, type StudyJob, StudyQueue } from "./jobs.ts";
import { QUEUE_NAMES, type QueueName } from "./queue-name.ts";
import { runOn, scriptOf } from "./script.ts";
import type { InstanceNote } from "./study-ledger.ts";
import type { ReportState } from "./workitem.ts";

/** What Redis knows of a study, as far as it matters to whether something of it is missing. */
export interface StudyView {
  studyInstanceUID: string;
  isKnown: boolean;
  lane: Lane;
  /** The instances that are noted. */
  sopInstanceUIDs: Set<string>;
  openRevision?: number;
  /** The latest revision that was closed; 0 before the first. */
  settledRevision: number;
  /** Whether that one has a finding. */
  hasFinding: boolean;
  /** Whether that finding has given the study its place. */
  isPlaced: boolean;
  /** How the report of that finding stands: pending until it has given the study its place. */
  report: ReportState;
  /** Whether it is on the reading list, open or done. */
  isListed: boolean;
}

/** What the spool remembers of a study. */
export interface SpooledMemory {
  studyInstanceUID: string;
  lane: Lane;
  /** When its first instance came, in milliseconds since 1970. */
  arrivedAt: number;
  /** Its latest finding. */
  finding?: Finding;
  /** Instances that Redis does not know, and when they came. */
  instances: (InstanceNote & { arrivedAt: number })[];
}

const RESTORE = scriptOf("study", "restore-study");
const RELIST = scriptOf("study", "relist");

/** Keys that one step of the scan looks at. */
const SCANNED_AT_ONCE = 2_000;

/** A job that is due later than this was put off by a clock that was wrong, or a queue that asked for too long. */
const LATEST_DUE_MS = 2 * LONGEST_RETRY_DELAY_MS;

/** Jobs that are due latest, looked at in each pass. */
const LATEST_JOBS = 1_000;

/** Looks for what is missing in Redis about studies, and puts it back. Every method may be called again without harm. */
export class StudyRecovery {
  readonly #store: Store;
  readonly #queues: Map<QueueName, { jobs: Queue; studies: StudyQueue }>;

  constructor(store: Store) {
    this.#store = store;
    const connection = { connection: store.redis as unknown as ConnectionOptions, prefix: `${store.prefix}:queue` };
    this.#queues = new Map(
      QUEUE_NAMES.map((name) => [
        name,
        { jobs: new Queue(name, connection).on("error", () => {}), studies: new StudyQueue(store, name) },
      ]),
    );
  }

  /** All studies that Redis knows, some at a time, in no order; one may come twice. */
  async *studies(): AsyncGenerator<string[]> {
    const prefix = keyOf(this.#store, "study", "");
    const stream = this.#store.redis.scanStream({ match: `${prefix}*`, count: SCANNED_AT_ONCE });
    for await (const keys of stream as AsyncIterable<string[]>) {
      const uids = keys.map((key) => key.slice(prefix.length)).filter((rest) => /^[0-9.]+$/.test(rest));
      if (uids.length > 0) yield uids;
    }
  }

  /** About how many studies there are. */
  async count(): Promise<number> {
    const lists = ["reading-list", "reading-list-done"].map((list) =>
      this.#store.redis.zcard(keyOf(this.#store, list)),
    );
    return (await Promise.all(lists)).reduce((sum, one) => sum + one, 0);
  }

  async views(studies: readonly string[]): Promise<StudyView[]> {
    const asking = this.#store.redis.pipeline();
    for (const uid of studies) {
      asking
        .hmget(this.#study(uid), "arrivedAt", "lane", "openRevision", "settledRevision", "foundRevision", "report")
        .hkeys(this.#study(uid, "instances"))
        .zscore(keyOf(this.#store, "reading-list"), uid)
        .zscore(keyOf(this.#store, "reading-list-done"), uid);
    }
    const answers = await answersOf(asking);
    const views = studies.map((studyInstanceUID, index): StudyView => {
      const [fields, instances, open, done] = answers.slice(4 * index, 4 * index + 4) as [
        (string | null)[],
        string[],
        string | null,
        string | null,
      ];
      const [arrivedAt, lane, openRevision, settledRevision, foundRevision, report] = fields;
      // What is noted of a report is about the finding that placed the study, and that may be an earlier one.
      const isPlaced = Number(foundRevision ?? 0) >= Number(settledRevision ?? 0);
      return {
        studyInstanceUID,
        isKnown: arrivedAt !== null,
        lane: (lane ?? "live") as Lane,
        sopInstanceUIDs: new Set(instances),
        ...(openRevision ? { openRevision: Number(openRevision) } : {}),
        settledRevision: Number(settledRevision ?? 0),
        hasFinding: false,
        isPlaced,
        report: report && isPlaced ? (JSON.parse(report) as ReportState) : { state: "pending" },
        isListed: open !== null || done !== null,
      };
    });
    const settled = views.filter(({ settledRevision }) => settledRevision > 0);
    const looking = this.#store.redis.pipeline();
    for (const { studyInstanceUID, settledRevision } of settled) {
      looking.exists(this.#study(studyInstanceUID, `finding-${settledRevision}`));
    }
    for (const [index, exists] of (await answersOf(looking)).entries()) settled[index]!.hasFinding = exists === 1;
    return views;
  }

  /** How many bytes these instances of a study have that are noted, each study's together. */
  async bytesOf(studies: readonly { studyInstanceUID: string; sopInstanceUIDs: readonly string[] }[]): Promise<number> {
    const asking = this.#store.redis.pipeline();
    for (const { studyInstanceUID, sopInstanceUIDs } of studies) {
      if (sopInstanceUIDs.length > 0) asking.hmget(this.#study(studyInstanceUID, "instances"), ...sopInstanceUIDs);
    }
    const notes = ((await answersOf(asking)) as (string | null)[][]).flat();
    return notes.reduce((sum, note) => sum + (note === null ? 0 : (JSON.parse(note) as InstanceNote).bytes), 0);
  }

  /** Puts back what the spool remembers and Redis does not. Answers how many instances it did not know. */
  async restore({ studyInstanceUID, lane, arrivedAt, finding, instances }: SpooledMemory): Promise<number> {
    const seen = new Set(finding?.instances.map(({ sopInstanceUID }) => sopInstanceUID));
    const notes = instances.map(({ studyInstanceUID: _study, sopInstanceUID, arrivedAt: cameAt, lane: _, ...note }) => [
      sopInstanceUID,
      JSON.stringify(note),
      note.isImage && !seen.has(sopInstanceUID),
      cameAt,
    ]);
    const unknown = (await runOn(
      this.#store,
      RESTORE,
      studyInstanceUID,
      arrivedAt,
      lane,
      finding?.revision ?? 0,
      JSON.stringify([...seen].sort()),
      JSON.stringify(notes),
    )) as number;
    if (finding) await new FindingStore(this.#store).put(finding);
    return unknown;
  }

  /** Puts a study back on the reading list. */
  async relist(studyInstanceUID: string): Promise<void> {
    await runOn(this.#store, RELIST, studyInstanceUID);
  }

  /**
   * Whether the job of a study's revision is missing: neither waits nor is worked on, though what it should have brought
   * about is not there. A report's dead letter is not missing: somebody decides about it. BullMQ's own getState is not
   * asked: it looks for the job along all that wait (LPOS), and Redis does nothing else meanwhile.
   */
  async isMissing(queue: QueueName, job: StudyJob): Promise<boolean> {
    const { jobs } = this.#queues.get(queue)!;
    const id = idOf(job);
    const asking = this.#store.redis
      .pipeline()
      .exists(jobs.toKey(id))
      .zscore(jobs.toKey("completed"), id)
      .zscore(jobs.toKey("failed"), id);
    const [exists, completed, failed] = await answersOf(asking);
    if (exists === 0 || completed !== null) return true;
    return failed !== null && queue !== "report" && queue !== "backlog-report";
  }

  /** Queues the job of a study's revision that is missing, in the place of one that has ended. */
  async requeue(queue: QueueName, job: StudyJob): Promise<void> {
    const { jobs, studies } = this.#queues.get(queue)!;
    await (await jobs.getJob(idOf(job)))?.remove();
    await studies.add(job);
  }

  /**
   * Jobs that are due later than any could be: a clock was ahead when they were put off, and has been put right since.
   * They are made due now, or only counted in a dry run.
   */
  async promoteOverdue(dryRun: boolean): Promise<number> {
    const [seconds] = await this.#store.redis.time();
    const latest = Number(seconds) * 1000 + LATEST_DUE_MS;
    let promoted = 0;
    for (const { jobs } of this.#queues.values()) {
      // BullMQ keeps jobs that wait for their time by it, in milliseconds times 4096.
      const ids = await this.#store.redis.zrevrangebyscore(
        jobs.toKey("delayed"),
        "+inf",
        `(${latest * 0x1000}`,
        "LIMIT",
        0,
        LATEST_JOBS,
      );
      promoted += ids.length;
      if (!dryRun) for (const id of ids) await (await jobs.getJob(id))?.promote().catch(() => {});
    }
    return promoted;
  }

  async close(): Promise<void> {
    for (const { jobs, studies } of this.#queues.values()) await Promise.all([jobs.close(), studies.close()]);
  }

  #study(uid: string, ...parts: string[]): string {
    return keyOf(this.#store, "study", uid, ...parts);
  }
}
