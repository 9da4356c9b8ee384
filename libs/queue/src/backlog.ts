import { answersOf, keyOf, type Store } from "./connection.ts";
import { StudyQueue } from "./jobs.ts";

/** What a sweep was asked for. */
export interface SweepPlan {
  /** First and last day, YYYYMMDD. */
  from: string;
  to: string;
  oldestFirst: boolean;
  modalities: string[];
  /** How studies have to stand with the PACS to be swept. */
  standings: string[];
  /** A hash of the list of studies to which the sweep is confined, where it is. */
  only?: string;
}

/** What became of a study that a sweep queued. */
export type SweepOutcome =
  | { kind: "fracture" | "no-fracture" | "inconclusive"; probability: number }
  | { kind: "not-analysed"; reason: string }
  /** It arrived of itself before its turn came, has a report by now, or is not in the PACS any more. */
  | { kind: "arrived" | "reported" | "gone" }
  /** It was given up: a dead letter of the same code tells what to do. */
  | { kind: "failed"; code: string };

/** What is known of the model package that sweeps, from its own evaluation. */
export interface SweepModel {
  name: string;
  version: string;
  intendedUse: "demonstration" | "clinical";
  sensitivity: number;
  auc: number;
}

export interface Sweep {
  plan: SweepPlan;
  /** Milliseconds since 1970. */
  begunAt: number;
  /** How many of its days have been looked through. */
  daysDone: number;
  /** How many studies stand how with the PACS, as far as it has been looked through. */
  found: Record<string, number>;
  queued: number;
  /** How many of these came to what, by `SweepOutcome["kind"]`. */
  outcomes: Record<string, number>;
  paused: boolean;
}

/** Notes what a day held: KEYS sweep, found; ARGV day's number, then standing and count in turns. A day counts once. */
const NOTE_DAY = `
if redis.call('HGET', KEYS[1], 'daysDone') ~= ARGV[1] then return 0 end
redis.call('HINCRBY', KEYS[1], 'daysDone', 1)
for at = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[2], ARGV[at], ARGV[at + 1]) end
return 1
`;

/** Notes what became of a study: KEYS studies, outcomes; ARGV study, kind, outcome. The first one stays. */
const NOTE_OUTCOME = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= '' then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
return 1
`;

/** So many studies are queued with one command. */
const QUEUED_AT_ONCE = 500;

/**
 * The sweep under way, of which there is one at a time: which days of the PACS have been looked through, which studies
 * were queued, what became of each. It holds identifiers and figures, and can be gone on with wherever it was stopped: a
 * day that was not noted is looked through again, a study that is queued again changes nothing.
 */
export class Backlog {
  readonly #store: Store;
  readonly #queue: StudyQueue;

  constructor(store: Store) {
    this.#store = store;
    this.#queue = new StudyQueue(store, "backlog");
  }

  /** Begins a sweep, unless one is under way; answers with the one that is under way then. */
  async begin(plan: SweepPlan, now: Date): Promise<Sweep> {
    const { redis } = this.#store;
    const begun = await redis.hsetnx(this.#key(), "plan", JSON.stringify(plan));
    if (begun === 1) await redis.hset(this.#key(), { begunAt: now.getTime(), daysDone: 0 });
    return (await this.current())!;
  }

  /** The sweep under way. */
  async current(): Promise<Sweep | undefined> {
    const { redis } = this.#store;
    const [sweep, found, outcomes, queued] = await Promise.all([
      redis.hgetall(this.#key()),
      redis.hgetall(this.#key("found")),
      redis.hgetall(this.#key("outcomes")),
      redis.hlen(this.#key("studies")),
    ]);
    if (sweep.plan === undefined) return undefined;
    return {
      plan: JSON.parse(sweep.plan) as SweepPlan,
      begunAt: Number(sweep.begunAt ?? 0),
      daysDone: Number(sweep.daysDone ?? 0),
      found: numbers(found),
      queued,
      outcomes: numbers(outcomes),
      paused: await this.#queue.isPaused(),
    };
  }

  /** The modalities that the sweep under way takes for radiographs. */
  async modalities(): Promise<string[] | undefined> {
    const plan = await this.#store.redis.hget(this.#key(), "plan");
    return plan === null ? undefined : (JSON.parse(plan) as SweepPlan).modalities;
  }

  /** Queues studies. Those that this sweep has queued before stay as they are. */
  async queue(studies: readonly string[]): Promise<void> {
    for (let at = 0; at < studies.length; at += QUEUED_AT_ONCE) {
      const some = studies.slice(at, at + QUEUED_AT_ONCE);
      const { queued } = await this.among(some);
      // An earlier sweep may have left its job, done or given up, which would keep this one's from being added.
      await this.#queue.forget(
        some.filter((study) => !queued.has(study)).map((studyInstanceUID) => ({ studyInstanceUID, revision: 1 })),
      );
      const noting = this.#store.redis.pipeline();
      for (const study of some) noting.hsetnx(this.#key("studies"), study, "");
      await answersOf(noting);
      await this.#queue.addAll(some.map((studyInstanceUID) => ({ studyInstanceUID, revision: 1 })));
    }
  }

  /** Notes that the next day has been looked through. False where it is not the next one: somebody else did it. */
  async noteDay(day: number, found: Readonly<Record<string, number>>): Promise<boolean> {
    const counts = Object.entries(found).flatMap(([standing, count]) => [standing, String(count)]);
    const noted = await this.#store.redis.eval(NOTE_DAY, 2, this.#key(), this.#key("found"), String(day), ...counts);
    return noted === 1;
  }

  /** Which of these studies the sweep has queued, and which of the others Redspot knows all the same. */
  async among(studies: readonly string[]): Promise<{ queued: Set<string>; known: Set<string> }> {
    const queued = new Set<string>();
    const known = new Set<string>();
    if (studies.length === 0) return { queued, known };
    const asking = this.#store.redis.pipeline();
    for (const study of studies) {
      asking.hexists(this.#key("studies"), study).exists(keyOf(this.#store, "study", study));
    }
    const answers = await answersOf(asking);
    for (const [at, study] of studies.entries()) {
      if (answers[2 * at] === 1) queued.add(study);
      else if (answers[2 * at + 1] === 1) known.add(study);
    }
    return { queued, known };
  }

  /** Notes what became of a study of the sweep; of any other nothing is noted. Idempotent. */
  async noteOutcome(studyInstanceUID: string, outcome: SweepOutcome): Promise<void> {
    await this.#store.redis.eval(
      NOTE_OUTCOME,
      2,
      this.#key("studies"),
      this.#key("outcomes"),
      studyInstanceUID,
      outcome.kind,
      JSON.stringify(outcome),
    );
  }

  /** What became of the studies so far, in no order; those that are still waiting are left out. */
  async *outcomes(): AsyncGenerator<{ studyInstanceUID: string; outcome: SweepOutcome }> {
    const stream = this.#store.redis.hscanStream(this.#key("studies"), { count: 1000 });
    for await (const entries of stream as AsyncIterable<string[]>) {
      for (let at = 0; at + 1 < entries.length; at += 2) {
        if (entries[at + 1] === "") continue;
        yield { studyInstanceUID: entries[at]!, outcome: JSON.parse(entries[at + 1]!) as SweepOutcome };
      }
    }
  }

  /** Has every worker leave the backlog alone once it has done with what it holds. */
  async pause(): Promise<void> {
    await this.#queue.pause();
  }

  async resume(): Promise<void> {
    await this.#queue.resume();
  }

  /** How many processes would take studies of the backlog now. */
  workers(): Promise<number> {
    return this.#queue.workers();
  }

  /** Notes which model the workers of the backlog use: the one that began last. */
  async noteModel(model: SweepModel): Promise<void> {
    await this.#store.redis.set(this.#key("model"), JSON.stringify(model));
  }

  async model(): Promise<SweepModel | undefined> {
    const model = await this.#store.redis.get(this.#key("model"));
    return model === null ? undefined : (JSON.parse(model) as SweepModel);
  }

  /** The report that the last sweep ended with. */
  async lastReport(): Promise<unknown> {
    const report = await this.#store.redis.get(this.#key("last-report"));
    return report === null ? undefined : JSON.parse(report);
  }

  /** Forgets the sweep and what of it waits, and keeps its report. What has been analysed stays on the reading list. */
  async end(report?: unknown): Promise<void> {
    if (report !== undefined) await this.#store.redis.set(this.#key("last-report"), JSON.stringify(report));
    await this.#queue.clear();
    await this.#queue.resume();
    await this.#store.redis.del(this.#key(), this.#key("found"), this.#key("outcomes"), this.#key("studies"));
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  #key(...parts: string[]): string {
    return keyOf(this.#store, "sweep", ...parts);
  }
}

function numbers(hash: Record<string, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(hash).map(([key, value]) => [key, Number(value)]));
}
