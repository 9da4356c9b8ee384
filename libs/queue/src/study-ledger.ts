import type { Lane } from "@redspot/triage";
import { keyOf, type Store } from "./connection.ts";
import { runOn, scriptOf } from "./script.ts";

/** What Redis notes about an instance: identifiers and figures of the file, nothing about the patient. */
export interface InstanceNote {
  studyInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
  /** Unknown of those that an earlier version noted. */
  seriesInstanceUID?: string;
  /** Whether it is an image. A report or other document that joins a study is no reason to analyse the study again. */
  isImage: boolean;
  bytes: number;
  /** How it came; live where left out. An image that comes live makes a study of the backlog a live one. */
  lane?: Lane;
  /** When it came, in milliseconds since 1970, where that was before now: the spool had it, and Redis has forgotten it. */
  arrivedAt?: number;
  /** Which site sent it, by the name under which Redspot knows the sender. */
  site?: string;
}

export interface Noted {
  /** False when the ledger had the instance already. */
  newInstance: boolean;
  /** The study's revision that waits for its settling, where there is one: its settling job must exist. */
  openRevision?: number;
  /** The lane that the study is in by now. */
  lane: Lane;
}

/** What came of the attempt to close a revision. */
export type Settling =
  /** It is closed: by this call or by one before. */
  | { state: "settled"; sopInstanceUIDs: string[] }
  /** Instances arrived too recently: try again after that many milliseconds. */
  | { state: "growing"; waitMs: number };

const NOTE_INSTANCE = scriptOf("study", "note-instance");
const OPEN_AGAIN = scriptOf("study", "open-again");

const CLOSE_REVISION = scriptOf("study", "close-revision");

/** What each study holds, and which of its revisions is open: the bookkeeping between the spool and the queues. */
export class StudyLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Notes an instance that the spool holds. The study's first instance puts it on the reading list; an instance that is
   * new opens a revision, unless it is no image and the study had one before. A live image that is new brings a study
   * back that was completed without it. Idempotent and atomic.
   */
  async noteInstance({
    studyInstanceUID,
    sopInstanceUID,
    isImage,
    lane = "live",
    site,
    arrivedAt,
    ...rest
  }: InstanceNote): Promise<Noted> {
    const [isNew, openRevision, laneNow] = (await runOn(
      this.#store,
      NOTE_INSTANCE,
      studyInstanceUID,
      sopInstanceUID,
      JSON.stringify({ ...rest, isImage }),
      isImage ? 1 : 0,
      lane,
      site ?? "",
      arrivedAt ?? "",
    )) as [number, number, Lane];
    return { newInstance: isNew === 1, ...(openRevision > 0 ? { openRevision } : {}), lane: laneNow };
  }

  /**
   * Closes a revision, unless an instance arrived within the settle time: what the study holds now is what will be
   * analysed. Closing again answers the same.
   */
  async closeRevision(studyInstanceUID: string, revision: number, settleMs: number): Promise<Settling> {
    const [waitMs, sopInstanceUIDs] = (await runOn(
      this.#store,
      CLOSE_REVISION,
      studyInstanceUID,
      revision,
      settleMs,
    )) as [number, string[]];
    return waitMs > 0 ? { state: "growing", waitMs } : { state: "settled", sopInstanceUIDs };
  }

  /**
   * Opens a new revision of a study that holds what it held, so that it is judged anew. Answers the revision that is open
   * then, whose settling job must exist; none of a study that was never settled.
   */
  async openAgain(studyInstanceUID: string): Promise<number | undefined> {
    const open = (await runOn(this.#store, OPEN_AGAIN, studyInstanceUID)) as number;
    return open > 0 ? open : undefined;
  }

  /** When the study's latest instance arrived, in milliseconds since 1970; undefined where there is no such study. */
  async lastArrivalAt(studyInstanceUID: string): Promise<number | undefined> {
    const at = await this.#store.redis.hget(this.#key(studyInstanceUID), "lastArrivalAt");
    return at === null ? undefined : Number(at);
  }

  /** The notes on the instances of a closed revision, by SOP Instance UID; none where the revision is not closed. */
  async instancesOf(studyInstanceUID: string, revision: number): Promise<InstanceNote[]> {
    const { redis } = this.#store;
    const uids = await redis.lrange(this.#key(studyInstanceUID, `revision-${revision}`), 0, -1);
    if (uids.length === 0) return [];
    const notes = await redis.hmget(this.#key(studyInstanceUID, "instances"), ...uids);
    return uids.flatMap((sopInstanceUID, index) => {
      const note = notes[index];
      return note ? [{ ...JSON.parse(note), studyInstanceUID, sopInstanceUID } as InstanceNote] : [];
    });
  }

  /** The notes on all instances that a study has by now. */
  async allInstancesOf(studyInstanceUID: string): Promise<InstanceNote[]> {
    const notes = await this.#store.redis.hgetall(this.#key(studyInstanceUID, "instances"));
    return Object.entries(notes)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([sopInstanceUID, note]) => ({ ...JSON.parse(note), studyInstanceUID, sopInstanceUID }) as InstanceNote);
  }

  #key(studyInstanceUID: string, ...parts: string[]): string {
    return keyOf(this.#store, "study", studyInstanceUID, ...parts);
  }
}
