import { setTimeout as pause } from "node:timers/promises";
import { Cell } from "../chaos/cell.ts";
import { makeImagePool } from "../chaos/image-pool.ts";
import { type Delivery, planLoad } from "../chaos/load.ts";
import { OutsideView } from "../chaos/outside-view.ts";
import { RestWatch } from "../chaos/rest-watch.ts";
import { sendAll } from "../chaos/sender.ts";
import { SendersLog } from "../chaos/senders-log.ts";
import { type FlagLatency, flagLatencyOf } from "./flag-latency.ts";
import { type ProcessSample, ProcessWatch } from "./process-watch.ts";

export interface SoakOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Of the capacity that was measured. */
  readonly share: number;
  /** Studies a second that the services can do; measured where left out. */
  readonly capacity?: number;
  /** Over which capacity is measured. */
  readonly measureSeconds: number;
  readonly folder: string;
  readonly say: (line: string) => void;
  readonly onProgress: (studies: number, of: number) => void;
}

export interface SoakResult {
  /** Studies a second. */
  readonly capacity: number;
  readonly rate: number;
  readonly studies: number;
  readonly withoutReport: number;
  readonly latencies: readonly FlagLatency[];
  readonly samples: ReadonlyMap<string, readonly ProcessSample[]>;
  readonly crashes: readonly string[];
}

const SETTLE_SECONDS = 1;
const SAMPLE_EVERY_MS = 5_000;
/** Requests under way at a time: enough to saturate, and no more than a few PACS would send. */
const SENDERS = 8;

/** Measures what the services can do, then loads them with a share of it for a long time, and watches every process. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { folder, seed, share, minutes, say } = options;
  const crashes: string[] = [];
  const cell = await Cell.start({
    folder,
    seed,
    replicas: 1,
    proxied: false,
    tellsOthers: false,
    environment: { REDSPOT_SETTLE_SECONDS: String(SETTLE_SECONDS), NODE_OPTIONS: "" },
    onCrash: (name, how) => crashes.push(`${name}: ${how}`),
  });
  const soak = new Soak(cell, options);
  try {
    const capacity = options.capacity ?? (await soak.measureCapacity(options.measureSeconds));
    const rate = share * capacity;
    say(`capacity ${capacity.toFixed(2)} studies a second; loading with ${rate.toFixed(2)} for ${minutes} minutes`);
    const processes = () => cell.programs.map(({ name, program }) => ({ name, pid: program.pid }));
    const watch = new ProcessWatch(processes, SAMPLE_EVERY_MS);
    const uids = await soak.load(Math.round(rate * minutes * 60), minutes * 60_000);
    watch.stop();
    const latencies = await soak.latenciesOf(uids);
    const withoutReport = uids.length - latencies.length;
    return { capacity, rate, studies: uids.length, withoutReport, latencies, samples: watch.samples, crashes };
  } finally {
    soak.close();
    await cell.stop();
  }
}

class Soak {
  readonly #cell: Cell;
  readonly #options: SoakOptions;
  readonly #view: OutsideView;
  readonly #log: SendersLog;
  readonly #pool: ReturnType<typeof makeImagePool>;
  #loads = 0;

  constructor(cell: Cell, options: SoakOptions) {
    this.#cell = cell;
    this.#options = options;
    this.#view = new OutsideView(cell);
    this.#log = new SendersLog(`${options.folder}/senders.jsonl`);
    this.#pool = makeImagePool(options.seed);
  }

  /** Sends as fast as is taken; what is reported of it in the second half of the time is what can be done. */
  async measureCapacity(seconds: number): Promise<number> {
    const deliveries = this.#plan(20 * seconds, 1);
    const reported = () => this.#view.look(async ({ redis }) => reports(await this.#counts(redis)));
    let stop = false;
    const sent = this.#send(deliveries.values(), () => stop);
    await pause(500 * seconds);
    const [before, from] = [await reported(), performance.now()];
    await pause(500 * seconds);
    const capacity = ((await reported()) - before) / ((performance.now() - from) / 1000);
    stop = true;
    await sent;
    await this.#rest();
    return capacity;
  }

  /** Sends so many studies, spread over the time; answers with their UIDs when all are at rest. */
  async load(studies: number, durationMs: number): Promise<string[]> {
    const deliveries = this.#plan(studies, durationMs);
    await this.#send(deliveries.values(), () => false, studies);
    await this.#rest();
    return deliveries.map(({ studyInstanceUID }) => studyInstanceUID);
  }

  async latenciesOf(uids: readonly string[]): Promise<FlagLatency[]> {
    const latencies: FlagLatency[] = [];
    for (const uid of uids) {
      const latency = await this.#view.look(({ redis }) => flagLatencyOf(uid, redis, 1000 * SETTLE_SECONDS));
      if (latency !== undefined) latencies.push(latency);
    }
    return latencies;
  }

  close(): void {
    this.#view.close();
  }

  /** One delivery a study: how long a study takes that grows again is another question. */
  #plan(studies: number, loadMs: number): Delivery[] {
    this.#loads += 1;
    const deliveries = planLoad(this.#options.seed, { number: this.#loads, studies, loadMs }, this.#pool);
    return [...new Map(deliveries.toReversed().map((one) => [one.studyInstanceUID, one])).values()].toReversed();
  }

  #send(deliveries: Iterable<Delivery>, isOver: () => boolean, total?: number): Promise<void> {
    let sent = 0;
    const untilOver = function* () {
      for (const delivery of deliveries) {
        if (isOver()) return;
        yield delivery;
      }
    };
    return sendAll(untilOver(), {
      urls: this.#cell.stowUrls,
      token: this.#cell.token,
      log: this.#log,
      senders: SENDERS,
      onSending: () => {
        sent += 1;
        if (total !== undefined) this.#options.onProgress(sent, total);
      },
    });
  }

  async #rest(): Promise<void> {
    const watch = new RestWatch(this.#view);
    watch.watch(this.#log.studies.values());
    if (!(await watch.allAtRest(600))) throw new Error("what was sent does not come to rest within ten minutes");
  }

  async #counts(redis: Parameters<Parameters<OutsideView["look"]>[0]>[0]["redis"]): Promise<string[]> {
    const uids = [...this.#log.studies.keys()];
    const states = await Promise.all(uids.map((uid) => redis.command("HGET", `redspot:study:${uid}`, "report")));
    return states.map((state) => String(state));
  }
}

function reports(states: readonly string[]): number {
  return states.filter((state) => state.includes('"stored"')).length;
}
