import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Cell, type CellOptions } from "./cell.ts";
import { disturb } from "./disturb.ts";
import { type ImagePool, makeImagePool } from "./image-pool.ts";
import { allReports, inspectStudy, type Places, studyKey } from "./inspect.ts";
import { type Delivery, planLoad } from "./load.ts";
import { type Episode, kindOf } from "./plan.ts";
import { RedisReader } from "./redis-reader.ts";
import { sendAll } from "./sender.ts";
import { SendersLog, type SentStudy } from "./senders-log.ts";
import { Timeline } from "./timeline.ts";
import { type Complaint, isAtRest, judge, type Policy } from "./verdict.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly episodes: readonly Episode[];
  readonly folder: string;
  readonly replicas: number;
  /** How many requests the senders have under way at a time. */
  readonly senders: number;
  readonly environment?: CellOptions["environment"];
  readonly preload?: readonly string[];
  /** How long everything may take to come to rest once the trouble is over. */
  readonly restWithinSeconds?: number;
  /** How long those that were late are waited for at the end of the run. */
  readonly lastWaitSeconds?: number;
  readonly say?: (line: string) => void;
  readonly onProgress?: (studiesDone: number) => void;
}

export interface EpisodeResult {
  readonly number: number;
  readonly kinds: readonly string[];
  readonly studies: number;
  /** Seconds from the last thing mended, or the last instance acknowledged, to rest; undefined where it did not come to rest in time. */
  readonly recoverySeconds: number | undefined;
}

export interface ChaosResult {
  readonly studies: number;
  readonly instances: number;
  readonly complaints: readonly Complaint[];
  /** Studies that were not at rest in time, but were in the end. */
  readonly late: number;
  readonly crashes: readonly string[];
  readonly episodes: readonly EpisodeResult[];
  readonly senders: SendersLog["counts"];
  readonly skipped: readonly string[];
}

const HEAD_START_MS = 240 * 60_000;
const LOOK_EVERY_MS = 500;
const INSPECTED_AT_ONCE = 6;

/** Runs episodes one after the other in one cell, and holds what came of them against what the senders know. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, episodes, folder, say } = options;
  mkdirSync(folder, { recursive: true });
  const timeline = new Timeline(join(folder, "timeline.log"), say);
  const pool = makeImagePool(seed);
  const crashes: string[] = [];
  const total = episodes.reduce((sum, { studies }) => sum + studies, 0);
  const cell = await Cell.start({
    folder,
    seed,
    replicas: options.replicas,
    spoolMiB: Math.ceil(64 + 0.2 * total),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    ...(options.preload === undefined ? {} : { preload: options.preload }),
    onCrash(name, how) {
      crashes.push(`${name}: ${how}`);
      timeline.tell(`${name} ended by itself: ${how}`);
    },
  });
  try {
    const run = new Run(cell, options, timeline, pool);
    await run.learn();
    const results: EpisodeResult[] = [];
    for (const episode of episodes) results.push(await run.episode(episode));
    const ending = await run.end();
    return {
      ...ending,
      crashes,
      episodes: results,
      skipped: cell.whyNoSmallDisk === undefined ? [] : [`disk-full: ${cell.whyNoSmallDisk}`],
    };
  } finally {
    await cell.stop();
  }
}

class Run {
  readonly #cell: Cell;
  readonly #options: ChaosOptions;
  readonly #timeline: Timeline;
  readonly #pool: ImagePool;
  readonly #log: SendersLog;
  readonly #complaints: Complaint[] = [];
  /** Those that have not come to rest. */
  readonly #open = new Map<string, SentStudy>();
  readonly #late = new Set<string>();
  #policy: Policy = { headStartMs: HEAD_START_MS, probabilities: new Map() };

  constructor(cell: Cell, options: ChaosOptions, timeline: Timeline, pool: ImagePool) {
    this.#cell = cell;
    this.#options = options;
    this.#timeline = timeline;
    this.#pool = pool;
    this.#log = new SendersLog(join(options.folder, "senders.jsonl"));
  }

  /** Sends each image once while nothing is wrong: what the network says of it then, it has to say ever after. */
  async learn(): Promise<void> {
    const { seed } = this.#options;
    const calm = { number: 0, studies: 0, loadMs: 1 };
    const deliveries = this.#pool.laterals.map((template, index): Delivery => {
      const [delivery] = planLoad(seed, { ...calm, number: -index - 1, studies: 1 }, this.#pool);
      const instance = delivery!.instances[0]!;
      return { ...delivery!, atMs: 0, instances: [{ ...instance, template }] };
    });
    await this.#send(deliveries);
    await this.#rest(180);
    const probabilities = new Map<string, number>();
    for (const study of this.#log.studies.values()) {
      const [sent] = study.instances.values();
      const seen = await this.#with((places) => inspectStudy(study.studyInstanceUID, places));
      const [judged] = seen.findings.get(1)?.instances ?? [];
      if (judged?.probability === undefined)
        throw new Error(`${sent?.templateName} is not analysed though nothing is wrong`);
      probabilities.set(sent!.templateName, judged.probability);
    }
    this.#policy = { headStartMs: HEAD_START_MS, probabilities };
    this.#timeline.tell(`calm: ${[...probabilities].map(([name, value]) => `${name} ${value.toFixed(3)}`).join(", ")}`);
    await this.#judgeThoseAtRest();
  }

  async episode(episode: Episode): Promise<EpisodeResult> {
    const { number, disturbances } = episode;
    this.#timeline.tell(`episode ${number}: ${episode.studies} studies, Redis with appendfsync ${episode.appendFsync}`);
    await this.#cell.setAppendFsync(episode.appendFsync);
    const known = new Set(this.#log.studies.keys());
    const [mendedAt] = await Promise.all([
      disturb(this.#cell, disturbances, this.#timeline),
      this.#send(planLoad(this.#options.seed, episode, this.#pool)),
    ]);
    const sentAt = performance.now();
    const atRest = await this.#rest(this.#options.restWithinSeconds ?? 150);
    const recoverySeconds = atRest ? (performance.now() - Math.max(mendedAt, sentAt)) / 1000 : undefined;
    for (const uid of this.#open.keys()) this.#late.add(uid);
    const before = this.#complaints.length;
    await this.#judgeThoseAtRest();
    const studies = [...this.#log.studies.keys()].filter((uid) => !known.has(uid)).length;
    const complaints = this.#complaints.length - before;
    this.#timeline.tell(
      `episode ${number}: ${recoverySeconds === undefined ? `${this.#open.size} studies not at rest` : `at rest after ${recoverySeconds.toFixed(1)} s`}, ${complaints} complaints`,
    );
    return { number, kinds: disturbances.map((one) => kindOf(one.disturbance)), studies, recoverySeconds };
  }

  /** Waits for those that are late, and judges everything once more: what was well may not have become ill. */
  async end(): Promise<Pick<ChaosResult, "studies" | "instances" | "complaints" | "late" | "senders">> {
    const { lastWaitSeconds = 300 } = this.#options;
    if (this.#open.size > 0) await this.#rest(lastWaitSeconds);
    await this.#judgeThoseAtRest();
    for (const { studyInstanceUID } of this.#open.values()) {
      this.#complain({ kind: "lost", studyInstanceUID, what: await this.#whyNotAtRest(studyInstanceUID) });
    }
    const stillOpen = new Set(this.#open.keys());
    const known = new Set(this.#complaints.map(complaintKey));
    for (const study of this.#log.studies.values()) {
      if (stillOpen.has(study.studyInstanceUID)) continue;
      for (const complaint of await this.#judged(study))
        if (!known.has(complaintKey(complaint))) this.#complain(complaint);
    }
    for (const { studyInstanceUID, sopInstanceUID } of await allReports(this.#cell.pacsUrl)) {
      if (this.#log.studies.has(studyInstanceUID)) continue;
      this.#complain({
        kind: "duplicated",
        studyInstanceUID,
        what: `report ${sopInstanceUID} is of a study that nobody sent`,
      });
    }
    const studies = [...this.#log.studies.values()];
    return {
      studies: studies.length,
      instances: studies.reduce((sum, { instances }) => sum + instances.size, 0),
      complaints: this.#complaints,
      late: [...this.#late].filter((uid) => !stillOpen.has(uid)).length,
      senders: this.#log.counts,
    };
  }

  async #send(deliveries: readonly Delivery[]): Promise<void> {
    await sendAll(deliveries, {
      urls: this.#cell.stowUrls,
      token: this.#cell.token,
      log: this.#log,
      senders: this.#options.senders,
      signal: new AbortController().signal,
    });
    for (const { studyInstanceUID } of deliveries) {
      const study = this.#log.studies.get(studyInstanceUID);
      if (study !== undefined) this.#open.set(studyInstanceUID, study);
    }
  }

  /** Waits until nothing is left to be done about any study; false where the time is over first. */
  async #rest(withinSeconds: number): Promise<boolean> {
    const deadline = performance.now() + 1000 * withinSeconds;
    const restless = new Set(this.#open.keys());
    for (;;) {
      await this.#with(async ({ redis }) => {
        const uids = [...restless];
        const hashes = await Promise.all(uids.map((uid) => redis.hash(studyKey(uid))));
        uids.forEach((uid, index) => {
          if (isAtRest({ study: hashes[index]! })) restless.delete(uid);
        });
      });
      this.#options.onProgress?.(this.#log.studies.size - restless.size);
      if (restless.size === 0) return true;
      if (performance.now() > deadline) return false;
      await pause(LOOK_EVERY_MS);
    }
  }

  async #judgeThoseAtRest(): Promise<void> {
    const waiting = [...this.#open.values()].values();
    const one = async () => {
      for (const study of waiting) {
        const { study: hash } = await this.#with(async ({ redis }) => ({
          study: await redis.hash(studyKey(study.studyInstanceUID)),
        }));
        if (!isAtRest({ study: hash })) continue;
        this.#open.delete(study.studyInstanceUID);
        for (const complaint of await this.#judged(study)) this.#complain(complaint);
      }
    };
    await Promise.all(Array.from({ length: INSPECTED_AT_ONCE }, one));
  }

  async #judged(study: SentStudy): Promise<Complaint[]> {
    const seen = await this.#with((places) => inspectStudy(study.studyInstanceUID, places));
    return judge(study, seen, this.#policy);
  }

  #complain(complaint: Complaint): void {
    this.#complaints.push(complaint);
    this.#timeline.tell(`${complaint.kind.toUpperCase()} ${complaint.studyInstanceUID}: ${complaint.what}`);
  }

  async #whyNotAtRest(studyInstanceUID: string): Promise<string> {
    const study = await this.#with(({ redis }) => redis.hash(studyKey(studyInstanceUID)));
    return `it has not come to rest: ${JSON.stringify(study)}`;
  }

  #redis: RedisReader | undefined;
  /** A connection to Redis, anew where Redis was started again. */
  async #with<T>(look: (places: Places) => Promise<T>): Promise<T> {
    const { redisPort, spoolFolder, pacsUrl } = this.#cell;
    const attempt = async () => {
      this.#redis ??= await RedisReader.open(redisPort);
      return look({ redis: this.#redis, spoolFolder, pacsUrl });
    };
    try {
      return await attempt();
    } catch {
      this.#redis?.close();
      this.#redis = undefined;
      return attempt();
    }
  }
}

function complaintKey({ kind, studyInstanceUID, what }: Complaint): string {
  return `${kind} ${studyInstanceUID} ${what}`;
}
