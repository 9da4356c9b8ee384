import { keyOf, type Store } from "./connection.ts";

/** What Redis notes about an instance: identifiers and figures of the file, nothing about the patient. */
export interface InstanceNote {
  studyInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
  /** Whether it is an image. A report or other document that joins a study is no reason to analyse the study again. */
  isImage: boolean;
  sha256: string;
  bytes: number;
}

export interface Noted {
  /** False when the ledger had the instance already. */
  newInstance: boolean;
  /** The study's revision that waits for its settling, where there is one: its settling job must exist. */
  openRevision?: number;
}

/** What came of the attempt to close a revision. */
export type Settling =
  /** It is closed: by this call or by one before. */
  | { state: "settled"; sopInstanceUIDs: string[] }
  /** Instances arrived too recently: try again after that many milliseconds. */
  | { state: "growing"; waitMs: number };

/**
 * Notes one instance: KEYS study, instances, list, channel; ARGV study UID, SOP Instance UID, note, is image.
 * The clock is that of Redis, the one clock that all listeners share, in milliseconds with their microseconds.
 */
const NOTE_INSTANCE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local isNew = redis.call('HSETNX', KEYS[2], ARGV[2], ARGV[3])
if isNew == 1 then
  redis.call('HSET', KEYS[1], 'lastArrivalAt', now)
  if redis.call('HSETNX', KEYS[1], 'arrivedAt', now) == 1 then
    redis.call('HSET', KEYS[1], 'priority', 'MEDIUM')
    redis.call('ZADD', KEYS[3], 'NX', now, ARGV[1])
    redis.call('PUBLISH', KEYS[4], ARGV[1])
  end
  local settled = tonumber(redis.call('HGET', KEYS[1], 'settledRevision') or '0')
  if ARGV[4] == '1' or settled == 0 then
    redis.call('HSET', KEYS[1], 'openRevision', settled + 1)
  end
end
return { isNew, tonumber(redis.call('HGET', KEYS[1], 'openRevision') or '0') }
`;

/** Closes a revision: KEYS study, instances, revision; ARGV revision, settle time in milliseconds. */
const CLOSE_REVISION = `
if redis.call('HGET', KEYS[1], 'openRevision') ~= ARGV[1] then
  return { 0, redis.call('LRANGE', KEYS[3], 0, -1) }
end
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local wait = math.ceil(tonumber(redis.call('HGET', KEYS[1], 'lastArrivalAt')) + tonumber(ARGV[2]) - now)
if wait > tonumber(ARGV[2]) then wait = tonumber(ARGV[2]) end
if wait > 0 then return { wait, {} } end
local uids = redis.call('HKEYS', KEYS[2])
table.sort(uids)
redis.call('DEL', KEYS[3])
for _, uid in ipairs(uids) do redis.call('RPUSH', KEYS[3], uid) end
redis.call('HSET', KEYS[1], 'settledRevision', ARGV[1])
redis.call('HDEL', KEYS[1], 'openRevision')
return { 0, uids }
`;

/** What each study holds, and which of its revisions is open: the bookkeeping between the spool and the queues. */
export class StudyLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Notes an instance that the spool holds. The study's first instance puts it on the reading list; an instance that is
   * new opens a revision, unless it is no image and the study had one before. Idempotent and atomic.
   */
  async noteInstance({ studyInstanceUID, sopInstanceUID, isImage, ...rest }: InstanceNote): Promise<Noted> {
    const [isNew, openRevision] = (await this.#store.redis.eval(
      NOTE_INSTANCE,
      4,
      this.#key(studyInstanceUID),
      this.#key(studyInstanceUID, "instances"),
      keyOf(this.#store, "reading-list"),
      keyOf(this.#store, "reading-list-changes"),
      studyInstanceUID,
      sopInstanceUID,
      JSON.stringify({ ...rest, isImage }),
      isImage ? "1" : "0",
    )) as [number, number];
    return { newInstance: isNew === 1, ...(openRevision > 0 ? { openRevision } : {}) };
  }

  /**
   * Closes a revision, unless an instance arrived within the settle time: what the study holds now is what will be
   * analysed. Closing again answers the same.
   */
  async closeRevision(studyInstanceUID: string, revision: number, settleMs: number): Promise<Settling> {
    const [waitMs, sopInstanceUIDs] = (await this.#store.redis.eval(
      CLOSE_REVISION,
      3,
      this.#key(studyInstanceUID),
      this.#key(studyInstanceUID, "instances"),
      this.#key(studyInstanceUID, `revision-${revision}`),
      String(revision),
      String(settleMs),
    )) as [number, string[]];
    return waitMs > 0 ? { state: "growing", waitMs } : { state: "settled", sopInstanceUIDs };
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

  #key(studyInstanceUID: string, ...parts: string[]): string {
    return keyOf(this.#store, "study", studyInstanceUID, ...parts);
  }
}
