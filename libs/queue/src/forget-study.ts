import { type ConnectionOptions, type Job, Queue } from "bullmq";
import { answersOf, keyOf, type Store } from "./connection.ts";
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
 * Looks for all that Redis has of studies and, where told to, forgets them: for patients whose data is to be deleted, or
 * whose time is over. Reads through the names of all keys, which takes seconds where there are millions, however many
 * studies are looked for. May be called again.
 *
 * A study that is under way is not forgotten: whoever works on it would write of it again.
 */
export async function forgetStudies(
  store: Store,
  studies: readonly string[],
  { dryRun }: { dryRun: boolean },
): Promise<Map<string, StudyTraces>> {
  const { redis } = store;
  const list = new ReadingList(store);
  const wanted = new Set(studies);
  const jobsByStudy = await jobsOf(store, wanted);
  const workitemsByStudy = await workitemsOf(store, wanted);
  const keysByStudy = await keysOf(store, wanted);
  const openingsByStudy = await openingsOf(store, wanted);
  const placesByStudy = await placesOf(store, wanted);
  const found = new Map<string, StudyTraces>();
  for (const study of wanted) {
    const workitem = await list.get(study);
    const jobs = jobsByStudy.get(study) ?? [];
    const isUnderWay = (await Promise.all(jobs.map((job) => job.isActive()))).some(Boolean);
    const workitems = workitemsByStudy.get(study) ?? [];
    const ofWorkitems = await existing(
      store,
      workitems.map((uid) => keyOf(store, "workitem", uid)),
    );
    const keys = [...(keysByStudy.get(study) ?? []), ...ofWorkitems];
    const openings = openingsByStudy.get(study) ?? [];
    const places = placesByStudy.get(study) ?? [];
    found.set(study, {
      isOpen: workitem?.state === "SCHEDULED" || workitem?.state === "IN PROGRESS",
      isUnderWay,
      keys,
      places: openings.length + places.length + workitems.length,
      jobs: jobs.length,
    });
    if (dryRun || isUnderWay) continue;
    for (const job of jobs) await job.remove();
    const gone = redis.multi();
    if (keys.length > 0) gone.del(...keys);
    for (const { key, kind } of places) {
      if (kind === "hash") gone.hdel(key, study);
      else if (kind === "set") gone.srem(key, study);
      else gone.zrem(key, study);
    }
    if (openings.length > 0) gone.zrem(keyOf(store, OPENINGS), ...openings);
    if (workitems.length > 0) gone.hdel(keyOf(store, "workitems"), ...workitems);
    gone.publish(keyOf(store, "reading-list-changes"), study);
    await gone.exec();
  }
  return found;
}

/** What belongs to which study. */
class ByStudy<T> extends Map<string, T[]> {
  note(study: string, one: T): void {
    const others = this.get(study);
    if (others) others.push(one);
    else this.set(study, [one]);
  }
}

/** The names of all keys that match, each once. */
async function scan(store: Store, match: string, type?: Place["kind"]): Promise<Set<string>> {
  const found = new Set<string>();
  const options = { match, count: SCANNED_AT_ONCE, ...(type && { type }) };
  for await (const keys of store.redis.scanStream(options)) for (const key of keys as string[]) found.add(key);
  return found;
}

/** What a pattern has in place of a study: as little as possible goes over the connection where only one is looked for. */
function oneOf(studies: ReadonlySet<string>): string {
  const [only] = studies;
  return studies.size === 1 ? only! : "*";
}

async function existing({ redis }: Store, keys: readonly string[]): Promise<string[]> {
  const looking = redis.pipeline();
  for (const key of keys) looking.exists(key);
  const answers = await answersOf(looking);
  return keys.filter((_, at) => answers[at] === 1);
}

async function keysOf(store: Store, studies: ReadonlySet<string>): Promise<ByStudy<string>> {
  const found = new ByStudy<string>();
  const before = keyOf(store, "study", "");
  for (const key of await scan(store, `${before}${oneOf(studies)}*`)) {
    const [study] = key.slice(before.length).split(":", 1);
    if (studies.has(study!)) found.note(study!, key);
  }
  return found;
}

/** Their workitems, those of now and those before. */
async function workitemsOf(store: Store, studies: ReadonlySet<string>): Promise<ByStudy<string>> {
  const ofEach = new Map<string, string>();
  const all = store.redis.hscanStream(keyOf(store, "workitems"), { count: SCANNED_AT_ONCE });
  for await (const pairs of all as AsyncIterable<string[]>) {
    for (let at = 0; at < pairs.length; at += 2) {
      if (studies.has(pairs[at + 1]!)) ofEach.set(pairs[at]!, pairs[at + 1]!);
    }
  }
  const found = new ByStudy<string>();
  for (const [workitem, study] of ofEach) found.note(study, workitem);
  return found;
}

async function openingsOf(store: Store, studies: ReadonlySet<string>): Promise<ByStudy<string>> {
  const found = new ByStudy<string>();
  for (const one of await store.redis.zrange(keyOf(store, OPENINGS), "0", "-1")) {
    const { studyInstanceUID } = JSON.parse(one) as { studyInstanceUID: string };
    if (studies.has(studyInstanceUID)) found.note(studyInstanceUID, one);
  }
  return found;
}

/** A hash, set or sorted set of the installation, not of one study or of a queue, that has the study by its UID. */
interface Place {
  key: string;
  kind: "hash" | "set" | "zset";
}

/** Where they stand among others: on lists, among verdicts, among scores of the shadow, in whatever a later version keeps so. */
async function placesOf(store: Store, studies: ReadonlySet<string>): Promise<ByStudy<Place>> {
  const found = new ByStudy<Place>();
  const others = ["study", "queue"].map((part) => `${keyOf(store, part)}:`);
  for (const kind of ["hash", "set", "zset"] as const) {
    for (const key of await scan(store, `${store.prefix}:*`, kind)) {
      if (others.some((other) => key.startsWith(other))) continue;
      const asking = store.redis.pipeline();
      for (const study of studies) {
        if (kind === "hash") asking.hexists(key, study);
        else if (kind === "set") asking.sismember(key, study);
        else asking.zscore(key, study);
      }
      const answers = await answersOf(asking);
      for (const [at, study] of [...studies].entries()) {
        const isThere = kind === "zset" ? answers[at] !== null : answers[at] === 1;
        if (isThere) found.note(study, { key, kind });
      }
    }
  }
  return found;
}

async function jobsOf(store: Store, studies: ReadonlySet<string>): Promise<ByStudy<Job>> {
  const connection = store.redis as unknown as ConnectionOptions;
  const found = new ByStudy<Job>();
  for (const name of QUEUE_NAMES) {
    // Looked into, not set up: a queue that was never used stays one.
    const options = { connection, prefix: `${store.prefix}:queue`, skipMetasUpdate: true };
    const queue = new Queue(name, options).on("error", () => {});
    for (const key of await scan(store, `${queue.toKey(oneOf(studies))}-r*`, "hash")) {
      const id = key.slice(queue.toKey("").length);
      const [study] = id.split("-r", 1);
      const job = studies.has(study!) ? await queue.getJob(id) : undefined;
      if (job) found.note(study!, job);
    }
  }
  return found;
}
