import { type ConnectionOptions, Queue } from "bullmq";
import { keyOf, type Store } from "./connection.ts";
import { QUEUE_NAMES } from "./queue-name.ts";
import { ReadingList } from "./reading-list.ts";

/** What Redis has of a study. */
export interface StudyTraces {
  /** Whether it is still to be read: on the list and neither completed nor withdrawn. */
  isOpen: boolean;
  /** Whether a worker has it in hand. */
  isUnderWay: boolean;
  /** Keys, places on lists, and jobs that name it. */
  keys: string[];
  places: number;
  jobs: number;
}

const SCANNED_AT_ONCE = 1_000;
const OPENINGS = "reading-list-openings";

/**
 * Looks for all that Redis has of a study and, where told to, forgets it: for a patient whose data is to be deleted. Reads
 * through the names of all keys, which takes seconds where there are millions. May be called again.
 *
 * A study that is under way is not forgotten: whoever works on it would write of it again.
 */
export async function forgetStudy(
  store: Store,
  studyInstanceUID: string,
  { dryRun }: { dryRun: boolean },
): Promise<StudyTraces> {
  const { redis } = store;
  const workitem = await new ReadingList(store).get(studyInstanceUID);
  const jobs = await jobsOf(store, studyInstanceUID);
  const isUnderWay = (await Promise.all(jobs.map((job) => job.isActive()))).some(Boolean);
  const workitems = await workitemsOf(store, studyInstanceUID);
  const ofWorkitems = workitems.map((uid) => keyOf(store, "workitem", uid));
  const keys = [...(await keysOf(store, studyInstanceUID)), ...ofWorkitems];
  const existing: string[] = [];
  for (const key of keys) if ((await redis.exists(key)) === 1) existing.push(key);
  const openings = await openingsOf(store, studyInstanceUID);
  const places = await placesOf(store, studyInstanceUID);
  const traces: StudyTraces = {
    isOpen: workitem?.state === "SCHEDULED" || workitem?.state === "IN PROGRESS",
    isUnderWay,
    keys: existing,
    places: openings.length + places.length + workitems.length,
    jobs: jobs.length,
  };
  if (dryRun || isUnderWay) return traces;
  for (const job of jobs) await job.remove();
  const gone = redis.multi();
  if (existing.length > 0) gone.del(...existing);
  for (const { key, kind } of places) {
    if (kind === "hash") gone.hdel(key, studyInstanceUID);
    else if (kind === "set") gone.srem(key, studyInstanceUID);
    else gone.zrem(key, studyInstanceUID);
  }
  if (openings.length > 0) gone.zrem(keyOf(store, OPENINGS), ...openings);
  if (workitems.length > 0) gone.hdel(keyOf(store, "workitems"), ...workitems);
  gone.publish(keyOf(store, "reading-list-changes"), studyInstanceUID);
  await gone.exec();
  return traces;
}

async function keysOf(store: Store, studyInstanceUID: string): Promise<string[]> {
  const study = keyOf(store, "study", studyInstanceUID);
  const found = [study];
  for await (const keys of store.redis.scanStream({ match: `${study}:*`, count: SCANNED_AT_ONCE })) {
    found.push(...(keys as string[]));
  }
  return [...new Set(found)];
}

/** Its workitems, that of now and those before. */
async function workitemsOf(store: Store, studyInstanceUID: string): Promise<string[]> {
  const found: string[] = [];
  const all = store.redis.hscanStream(keyOf(store, "workitems"), { count: SCANNED_AT_ONCE });
  for await (const pairs of all as AsyncIterable<string[]>) {
    for (let at = 0; at < pairs.length; at += 2) if (pairs[at + 1] === studyInstanceUID) found.push(pairs[at]!);
  }
  return [...new Set(found)];
}

async function openingsOf(store: Store, studyInstanceUID: string): Promise<string[]> {
  const members = await store.redis.zrange(keyOf(store, OPENINGS), "0", "-1");
  return members.filter(
    (one) => (JSON.parse(one) as { studyInstanceUID: string }).studyInstanceUID === studyInstanceUID,
  );
}

/** A hash, set or sorted set of the installation, not of one study or of a queue, that has the study by its UID. */
interface Place {
  key: string;
  kind: "hash" | "set" | "zset";
}

/** Where it stands among others: on lists, among verdicts, among scores of the shadow, in whatever a later version keeps so. */
async function placesOf(store: Store, studyInstanceUID: string): Promise<Place[]> {
  const { redis } = store;
  const others = ["study", "queue"].map((part) => `${keyOf(store, part)}:`);
  const isThere = {
    hash: (key: string) => redis.hexists(key, studyInstanceUID),
    set: (key: string) => redis.sismember(key, studyInstanceUID),
    zset: async (key: string) => ((await redis.zscore(key, studyInstanceUID)) === null ? 0 : 1),
  };
  const found = new Map<string, Place>();
  for (const kind of ["hash", "set", "zset"] as const) {
    const scan = redis.scanStream({ match: `${store.prefix}:*`, count: SCANNED_AT_ONCE, type: kind });
    for await (const keys of scan as AsyncIterable<string[]>) {
      for (const key of keys) {
        if (others.some((other) => key.startsWith(other))) continue;
        if ((await isThere[kind](key)) === 1) found.set(key, { key, kind });
      }
    }
  }
  return [...found.values()];
}

async function jobsOf(store: Store, studyInstanceUID: string) {
  const connection = store.redis as unknown as ConnectionOptions;
  const found = [];
  for (const name of QUEUE_NAMES) {
    // Looked into, not set up: a queue that was never used stays one.
    const options = { connection, prefix: `${store.prefix}:queue`, skipMetasUpdate: true };
    const queue = new Queue(name, options).on("error", () => {});
    const job = queue.toKey(`${studyInstanceUID}-r`);
    const ids: string[] = [];
    for await (const keys of store.redis.scanStream({ match: `${job}*`, count: SCANNED_AT_ONCE, type: "hash" })) {
      ids.push(...(keys as string[]).map((key) => key.slice(queue.toKey("").length)));
    }
    for (const id of new Set(ids)) {
      const one = await queue.getJob(id);
      if (one) found.push(one);
    }
  }
  return found;
}
