import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Cell, type CellOptions } from "./cell.ts";
import { disturb } from "./disturb.ts";
import { type ImagePool, makeImagePool } from "./image-pool.ts";
import { allReports, inspectStudy } from "./inspect.ts";
import { type Delivery, planLoad, planOneOfEach } from "./load.ts";
import { OutsideView } from "./outside-view.ts";
import { type Episode, kindOf } from "./plan.ts";
import { LOOK_EVERY_MS, RestWatch } from "./rest-watch.ts";
import { sendAll } from "./sender.ts";
import { SendersLog, type SentStudy } from "./senders-log.ts";
import { Timeline } from "./timeline.ts";
import { type ToldFigures, ToldWatch } from "./told-watch.ts";
import { type Complaint, judge, type Policy, type SeenReport } from "./verdict.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly episodes: readonly Episode[];
  readonly folder: string;
  readonly replicas: number;
  /** How many requests the senders have under way at a time. */
  readonly senders: number;
  readonly environment?: CellOptions["environment"];
  readonly preload?: readonly string[];
  /** Whether each image is sent once beforehand, so that its probability is known; it is unless told. */
  readonly learn?: boolean;
  /** How long everything may take to come to rest once the trouble is over. */
  readonly restWithinSeconds?: number;
  /** How long those that were late are waited for at the end of the run. */
  readonly lastWaitSeconds?: number;
  readonly say?: (line: string) => void;
  readonly onProgress?: (studiesAtRest: number) => void;
  /** Ends the run after the episode that is under way. */
  readonly signal?: AbortSignal;
}

interface EpisodeResult {
  readonly number: number;
  readonly kinds: readonly string[];
  /**
   * The longest that a study took to come to rest after the last thing was mended, or after its own last acknowledgement
   * where that was later; undefined where one did not in time.
   */
  readonly recoverySeconds: number | undefined;
  /**
   * How long it took from then on until the RIS had been told of everything and everything was in the audit trail;
   * undefined where that took too long.
   */
  readonly toldSeconds: number | undefined;
}

export interface ChaosResult {
  readonly studies: number;
  readonly instances: number;
  readonly complaints: readonly Complaint[];
  /** Studies that were not at rest in time after their episode, but were in the end. */
  readonly late: number;
  readonly told: ToldFigures;
  readonly crashes: readonly string[];
  readonly episodes: readonly EpisodeResult[];
  readonly senders: SendersLog["counts"];
  readonly skipped: readonly string[];
}

/** The default of REDSPOT_HEAD_START_MINUTES. */
const HEAD_START_MS = 240 * 60_000;
const INSPECTED_AT_ONCE = 6;
/** Of the spool's file system, for each study and for what is always there. */
const MIB_A_STUDY = 0.35;
const MIB_ANYWAY = 64;

/** Runs episodes one after the other in one cell, and holds what came of them against what the senders know. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, episodes, folder, replicas, environment, preload } = options;
  mkdirSync(folder, { recursive: true });
  const timeline = new Timeline(join(folder, "timeline.log"), options.say);
  const crashes: string[] = [];
  const cell = await Cell.start({
    folder,
    seed,
    replicas,
    spoolMiB: Math.ceil(MIB_ANYWAY + MIB_A_STUDY * episodes.reduce((sum, { studies }) => sum + studies, 0)),
    ...(environment && { environment }),
    ...(preload && { preload }),
    onCrash(name, how) {
      crashes.push(`${name}: ${how}`);
      timeline.tell(`${name} ended by itself: ${how}`);
    },
  });
  const run = new Run(cell, options, timeline);
  try {
    if (options.learn !== false) await run.learn();
    const results: EpisodeResult[] = [];
    for (const episode of episodes) {
      if (options.signal?.aborted) break;
      results.push(await run.episode(episode));
    }
    const skipped = cell.whyNoSmallDisk === undefined ? [] : [`disk-full: ${cell.whyNoSmallDisk}`];
    return { ...(await run.end()), crashes, episodes: results, skipped };
  } finally {
    run.close();
    await cell.stop();
  }
}

class Run {
  readonly #cell: Cell;
  readonly #options: ChaosOptions;
  readonly #timeline: Timeline;
  readonly #pool: ImagePool;
  readonly #log: SendersLog;
  readonly #view: OutsideView;
  readonly #watch: RestWatch;
  readonly #toldWatch: ToldWatch;
  readonly #complaints: Complaint[] = [];
  readonly #late = new Set<string>();
  #policy: Policy = { headStartMs: HEAD_START_MS, probabilities: new Map() };

  constructor(cell: Cell, options: ChaosOptions, timeline: Timeline) {
    this.#cell = cell;
    this.#options = options;
    this.#timeline = timeline;
    this.#pool = makeImagePool(options.seed);
    this.#log = new SendersLog(join(options.folder, "senders.jsonl"));
    this.#view = new OutsideView(cell);
    this.#watch = new RestWatch(this.#view);
    this.#toldWatch = new ToldWatch(cell);
  }

  /** Sends each image once while nothing is wrong: what the network says of it then, it has to say ever after. */
  async learn(): Promise<void> {
    await this.#send(planOneOfEach(this.#options.seed, this.#pool));
    if (!(await this.#watch.allAtRest(180))) throw new Error("nothing comes to rest, though nothing is wrong");
    const probabilities = new Map<string, number>();
    for (const { studyInstanceUID, instances } of this.#watch.release()) {
      const { findings } = await this.#view.look((places) => inspectStudy(studyInstanceUID, places));
      const [name] = [...instances.values()].map(({ templateName }) => templateName);
      const probability = findings.get(1)?.instances[0]?.probability;
      if (probability === undefined) throw new Error(`${name} is not analysed, though nothing is wrong`);
      probabilities.set(name!, probability);
    }
    this.#policy = { headStartMs: HEAD_START_MS, probabilities };
    this.#timeline.tell(`calm: ${[...probabilities].map(([name, value]) => `${name} ${value.toFixed(3)}`).join(", ")}`);
  }

  async episode(episode: Episode): Promise<EpisodeResult> {
    const { number, disturbances, studies, appendFsync, away } = episode;
    const { seed, restWithinSeconds = 150 } = this.#options;
    this.#timeline.tell(`episode ${number}: ${studies} studies, Redis with appendfsync ${appendFsync}`);
    await this.#cell.setAppendFsync(appendFsync);
    for (const receiver of away) {
      this.#timeline.tell(`${receiver} is away until all is at rest`);
      await this.#cell.told?.behave(receiver, "away");
    }
    let mendedAt = Date.now();
    let sending = true;
    const looking = async () => {
      await disturb(this.#cell, disturbances, this.#timeline);
      mendedAt = Date.now();
      while (sending) {
        await this.#watch.look();
        await pause(LOOK_EVERY_MS);
      }
    };
    const sent = this.#send(planLoad(seed, episode, this.#pool)).finally(() => {
      sending = false;
    });
    await Promise.all([sent, looking()]);
    await this.#watch.allAtRest(restWithinSeconds, (restless) => this.#progress(restless));
    const recoverySeconds = this.#watch.recoverySeconds(mendedAt);
    for (const { studyInstanceUID } of this.#watch.restless) this.#late.add(studyInstanceUID);
    for (const receiver of away) await this.#cell.told?.behave(receiver);
    const restedAt = Date.now();
    const released = this.#watch.release();
    const complaints = await this.#judge(released);
    const isRefused = disturbances.some(({ disturbance: of }) => of.kind === "receiver" && of.behaviour === "AR");
    if (isRefused) {
      const messages = await this.#toldWatch.retryRefused();
      this.#timeline.tell(`an operator has sent again what the RIS had refused: ${messages} messages`);
    }
    const isTold = await this.#toldWatch.allTold(released, restWithinSeconds);
    const toldSeconds = isTold ? (Date.now() - restedAt) / 1000 : undefined;
    const rest = recoverySeconds === undefined ? "not at rest" : `at rest after ${recoverySeconds.toFixed(1)} s`;
    const told = toldSeconds === undefined ? "not all told" : `told after ${toldSeconds.toFixed(1)} s more`;
    this.#timeline.tell(
      `episode ${number}: ${rest}, ${told}, ${this.#watch.restless.length} late, ${complaints} complaints`,
    );
    const kinds = [
      ...disturbances.map((one) => kindOf(one.disturbance)),
      ...away.map((one) => `${one} away all along`),
    ];
    return { number, kinds, recoverySeconds, toldSeconds };
  }

  /** Waits for those that are late, and judges everything once more: what was well may have become ill. */
  async end(): Promise<Pick<ChaosResult, "studies" | "instances" | "complaints" | "late" | "told" | "senders">> {
    await this.#watch.allAtRest(this.#options.lastWaitSeconds ?? 300, (restless) => this.#progress(restless));
    const { restless } = this.#watch;
    for (const { studyInstanceUID } of restless) {
      const { study } = await this.#view.look((places) => inspectStudy(studyInstanceUID, places));
      this.#complain({ kind: "lost", studyInstanceUID, what: `it does not come to rest: ${JSON.stringify(study)}` });
    }
    const studies = [...this.#log.studies.values()];
    const reports = Map.groupBy(
      await this.#view.look(({ pacsUrl }) => allReports(pacsUrl)),
      (one) => one.studyInstanceUID,
    );
    const resting = studies.filter((study) => study.acknowledgedAt !== undefined && !restless.includes(study));
    await this.#judge(resting, (study) => reports.get(study.studyInstanceUID) ?? []);
    for (const [studyInstanceUID, [report]] of reports) {
      if (this.#log.studies.has(studyInstanceUID)) continue;
      const what = `report ${report?.sopInstanceUID} is of a study that nobody sent`;
      this.#complain({ kind: "duplicated", studyInstanceUID, what });
    }
    await this.#toldWatch.allTold(resting, this.#options.lastWaitSeconds ?? 300);
    for (const complaint of this.#toldWatch.judgeAll(resting)) this.#complain(complaint);
    return {
      studies: studies.length,
      instances: studies.reduce((sum, { instances }) => sum + instances.size, 0),
      complaints: this.#complaints,
      late: this.#late.size - restless.length,
      told: this.#toldWatch.figuresOf(resting),
      senders: this.#log.counts,
    };
  }

  close(): void {
    this.#view.close();
  }

  #send(deliveries: readonly Delivery[]): Promise<void> {
    return sendAll(deliveries, {
      urls: this.#cell.stowUrls,
      token: this.#cell.token,
      log: this.#log,
      senders: this.#options.senders,
      onSending: (study) => this.#watch.watch([study]),
    });
  }

  /** Judges studies; answers with how many complaints are new. */
  async #judge(
    studies: readonly SentStudy[],
    reportsOf?: (study: SentStudy) => readonly SeenReport[],
  ): Promise<number> {
    const before = this.#complaints.length;
    const known = new Set(this.#complaints.map(keyOf));
    const waiting = studies.values();
    const one = async () => {
      for (const study of waiting) {
        const seen = await this.#view.look((places) =>
          inspectStudy(study.studyInstanceUID, places, reportsOf?.(study)),
        );
        for (const complaint of judge(study, seen, this.#policy)) {
          if (!known.has(keyOf(complaint))) this.#complain(complaint);
        }
        this.#toldWatch.expect(study, seen, this.#watch.restAt(study.studyInstanceUID));
      }
    };
    await Promise.all(Array.from({ length: INSPECTED_AT_ONCE }, one));
    return this.#complaints.length - before;
  }

  #complain(complaint: Complaint): void {
    this.#complaints.push(complaint);
    this.#timeline.tell(`${complaint.kind.toUpperCase()} ${complaint.studyInstanceUID}: ${complaint.what}`);
  }

  #progress(restless: number): void {
    this.#options.onProgress?.(this.#log.studies.size - restless);
  }
}

function keyOf({ kind, studyInstanceUID, what }: Complaint): string {
  return `${kind} ${studyInstanceUID} ${what}`;
}
