import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunningService, startOrthanc, startRedis, startService, workFolder } from "@redspot/testbed";
import { SingleBar } from "cli-progress";
import { Command, InvalidArgumentError, Option } from "commander";
import { positive } from "./positive.ts";
import { cpuMs, forgetPeak, peakMegabytes } from "./process.ts";
import { median, rounded, spreadOf } from "./spread.ts";
import { type Megabytes, writeTemplate } from "./stow-instance.ts";
import type { Turn, TurnResult } from "./stow-sender.ts";

const CONTENDERS = ["durable", "not-durable", "orthanc"] as const;
type ContenderName = (typeof CONTENDERS)[number];
const SIZES: Megabytes[] = [6, 20];
const CLIENTS = [1, 4, 16];
const INSTANCES = [1, 20];

/** After so many V8 has compiled whatever a request passes through: a service runs for weeks. */
const REQUESTS_BEFORE = 300;

/** On the disk beside what is measured: what was sent before that, and what a spool keeps free. */
const GIGABYTES_BESIDE = 8;

/** After so long a study counts as whole, to Redspot as to Orthanc: when all has been measured. */
const AFTER_ALL_SECONDS = 3600;

function oneOf<T>(allowed: readonly T[]) {
  return (text: string, before: T[] | undefined) => {
    const value = allowed.find((one) => String(one) === text);
    if (value === undefined) throw new InvalidArgumentError(`one of ${allowed.join(", ")}`);
    return [...(before ?? []), value];
  };
}

const command = new Command("bench:stow")
  .description(
    "Stores computed radiographs, made by libs/phantom with UIDs of their own each, by STOW-RS: into Redspot's stow " +
      "service with a Redis of its own, durable (Redis with appendfsync always) and not (neither the service nor Redis, " +
      "with appendfsync everysec, syncs before it answers), and into a local Orthanc as it comes, in turns on the same " +
      "disk. Senders are processes of their own, the same for all. Latency is that of a request. Resident memory is the " +
      "highest of a process while bodies stream in. MB are 1,000,000 bytes.\n" +
      "The last line is one JSON object: ratio = the lowest of all cases of durable Redspot's throughput over Orthanc's.",
  )
  .addOption(new Option("--size <MB...>", "size of the instances: 6, 20").argParser(oneOf(SIZES)))
  .addOption(new Option("--clients <n...>", "senders at a time: 1, 4, 16").argParser(oneOf(CLIENTS)))
  .addOption(new Option("--instances <n...>", "instances in a request: 1, 20").argParser(oneOf(INSTANCES)))
  .addOption(new Option("--only <contender...>", CONTENDERS.join(", ")).argParser(oneOf(CONTENDERS)))
  .option("--rounds <n>", "how often each has its turn, in each case", positive, 3)
  .option("--megabytes <n>", "what is sent in a turn, at least", positive, 960)
  .option("--senders <n>", "most processes that send", positive, 2)
  .option("--processes <n>", "processes of the stow service, which share Redis and spool", positive, 1)
  .option("--quick", "6 MB alone, 1 and 16 clients, one round: shows that it runs, not how fast")
  .option("--stow-node-option <option...>", "options for the stow service's Node, such as --cpu-prof");
const options = command.parse().opts<{
  size?: Megabytes[];
  clients?: number[];
  instances?: number[];
  only?: ContenderName[];
  rounds: number;
  megabytes: number;
  senders: number;
  processes: number;
  quick?: boolean;
  stowNodeOption?: string[];
}>();

interface Case {
  megabytes: Megabytes;
  clients: number;
  instances: number;
}

const quick = options.quick === true;
const cases: Case[] = (options.size ?? (quick ? [6] : SIZES)).flatMap((megabytes) =>
  (options.clients ?? (quick ? [1, 16] : CLIENTS)).flatMap((clients) =>
    (options.instances ?? INSTANCES).map((instances) => ({ megabytes, clients, instances })),
  ),
);
const contenders = options.only ?? CONTENDERS;
if (quick) options.rounds = 1;

/** How many requests each sender has in a turn. */
const requestsOf = ({ megabytes, clients, instances }: Case) =>
  Math.max(1, Math.ceil(options.megabytes / (clients * instances * megabytes)));

// All that a case sends stays on the disk until the case has ended, and a spool refuses what comes before the disk is full.
const gigabytes = cases.map((one) => (one.clients * requestsOf(one) * one.instances * one.megabytes) / 1000);
const needed = Math.max(...gigabytes) * options.rounds * contenders.length + GIGABYTES_BESIDE;
const { bavail, bsize } = statfsSync(tmpdir());
const left = (bavail * bsize) / 1e9;
if (left < needed) {
  command.error(
    `error: ${tmpdir()} has ${left.toFixed(0)} GB left, and the largest case takes ${needed.toFixed(0)}. Choose fewer ` +
      "--rounds, --clients or --instances, or another folder by the variable TMPDIR.",
  );
}

interface Contender {
  /** Where each of its processes takes what is sent. */
  urls: string[];
  /** Those that take it. */
  takers: number[];
  /** All processes that it consists of. */
  pids: number[];
  stop(): Promise<void>;
}

async function startStow(folder: string, durable: boolean): Promise<Contender> {
  const appendFsync = durable ? "always" : "everysec";
  const redis = await startRedis({ by: "program", folder: join(folder, "redis"), appendFsync });
  const services: RunningService[] = [];
  const stop = async () => {
    await Promise.all(services.map(({ program }) => program.stop()));
    await redis.stop();
  };
  try {
    for (let count = 1; count <= options.processes; count += 1) {
      const service = await startService("stow", {
        folder,
        logName: `stow-${count}`,
        nodeOptions: options.stowNodeOption,
        environment: {
          REDSPOT_REDIS_URL: redis.url,
          REDSPOT_SPOOL_DIR: join(folder, "spool"),
          REDSPOT_DURABLE: String(durable),
          // What becomes of a study that has come in whole is not part of storing it, and would fall into others' turns.
          REDSPOT_SETTLE_SECONDS: String(AFTER_ALL_SECONDS),
        },
      });
      services.push(service);
      await service.ready();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const takers = services.map(({ program }) => program.pid);
  const urls = services.map(({ url }) => `${url}/studies`);
  return { urls, takers, pids: [...takers, redis.program!.pid], stop };
}

async function startContender(name: ContenderName, folder: string): Promise<Contender> {
  mkdirSync(folder, { recursive: true });
  if (name !== "orthanc") return startStow(folder, name === "durable");
  const orthanc = await startOrthanc({ by: "program", folder, stableSeconds: AFTER_ALL_SECONDS });
  const { pid } = orthanc.program!;
  return { urls: [`${orthanc.dicomWebUrl}/studies`], takers: [pid], pids: [pid], stop: orthanc.stop };
}

const senderScript = fileURLToPath(new URL("stow-sender.ts", import.meta.url));
const senders = Array.from({ length: options.senders }, () => fork(senderScript));

/** One turn: what all senders together took. The processes of the service are shared out among them. */
async function send(urls: readonly string[], { megabytes, clients, instances }: Case, requests: number) {
  const taking = senders.slice(0, clients).map(async (sender, index, all): Promise<TurnResult> => {
    const connections = Math.floor(clients / all.length) + (index < clients % all.length ? 1 : 0);
    const url = urls[index % urls.length]!;
    const turn: Turn = { url, template: templateOf(megabytes), connections, requests, instances };
    const answered = once(sender, "message");
    sender.send(turn);
    const [result] = (await answered) as [TurnResult];
    if (result.failure !== undefined) throw new Error(result.failure);
    return result;
  });
  const results = await Promise.all(taking);
  const ms = Math.max(...results.map((one) => one.endedAt)) - Math.min(...results.map((one) => one.startedAt));
  return {
    seconds: ms / 1000,
    megabytes: results.reduce((sum, { bytes }) => sum + bytes / 1e6, 0),
    latencies: results.flatMap((one) => one.latencies),
    senderCpuMs: results.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

interface Figures {
  mb_per_s: number;
  instances_per_s: number;
  p50_ms: number;
  p99_ms: number;
  /** Processor time, in cores: of the service with its Redis, of Orthanc. */
  cores: number;
  /** The same, for each instance. */
  cpu_ms_per_instance: number;
  /** What those who send took beside it, on the same processors. */
  sender_cpu_ms_per_instance: number;
  /** Of each of its processes, the largest. */
  rss_mb_max: number;
}

const work = workFolder("bench-stow");
const templateOf = (megabytes: Megabytes) => join(work.path, `${megabytes}.dcm`);

const cpuMsOf = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);

async function runCase(of: Case, contenders: readonly ContenderName[], afterTurn: () => void) {
  const { clients, instances, megabytes } = of;
  const requests = requestsOf(of);
  const rates = new Map<ContenderName, number[]>();
  const figures: Partial<Record<ContenderName, Figures>> = {};
  const running = new Map<ContenderName, Contender>();
  try {
    for (const name of contenders) {
      const contender = await startContender(name, join(work.path, name));
      running.set(name, contender);
      // Connections are open and code is compiled before it counts.
      await send(contender.urls, { megabytes: 6, clients, instances: 1 }, Math.ceil(REQUESTS_BEFORE / clients));
      contender.takers.forEach(forgetPeak);
    }
    const latencies = new Map<ContenderName, number[]>();
    const processors = new Map<ContenderName, { cores: number; own: number; senders: number }[]>();
    for (let round = 0; round < options.rounds; round += 1) {
      // Who comes first, and behind whom each of them comes, differs from round to round.
      for (const name of [
        ...contenders.slice(round % contenders.length),
        ...contenders.slice(0, round % contenders.length),
      ]) {
        // What others left to be written is not written at this one's expense.
        execFileSync("sync");
        const { pids, urls } = running.get(name)!;
        const before = cpuMsOf(pids);
        const turn = await send(urls, of, requests);
        rates.set(name, [...(rates.get(name) ?? []), turn.megabytes / turn.seconds]);
        latencies.set(name, [...(latencies.get(name) ?? []), ...turn.latencies]);
        const own = cpuMsOf(pids) - before;
        const sent = clients * requests * instances;
        processors.set(name, [
          ...(processors.get(name) ?? []),
          { cores: own / 1000 / turn.seconds, own: own / sent, senders: turn.senderCpuMs / sent },
        ]);
        afterTurn();
      }
    }
    for (const name of contenders) {
      const rate = median(rates.get(name)!);
      const { p50, p99 } = spreadOf(latencies.get(name)!);
      figures[name] = {
        mb_per_s: rounded(rate, 1),
        instances_per_s: rounded(rate / megabytes, 1),
        p50_ms: rounded(p50, 1),
        p99_ms: rounded(p99, 1),
        cores: rounded(median(processors.get(name)!.map((one) => one.cores)), 2),
        cpu_ms_per_instance: rounded(median(processors.get(name)!.map((one) => one.own)), 1),
        sender_cpu_ms_per_instance: rounded(median(processors.get(name)!.map((one) => one.senders)), 1),
        rss_mb_max: rounded(Math.max(...running.get(name)!.takers.map(peakMegabytes)), 1),
      };
    }
  } finally {
    for (const name of contenders) {
      await running.get(name)?.stop();
      rmSync(join(work.path, name), { recursive: true, force: true });
    }
  }
  // Each turn is held against Orthanc's turn beside it: the machine's mood cancels out.
  const against = (name: ContenderName) => {
    const theirs = rates.get("orthanc");
    return theirs && rates.has(name)
      ? rounded(median(rates.get(name)!.map((rate, at) => rate / theirs[at]!)), 3)
      : null;
  };
  return { ...of, ratio: against("durable"), ratio_not_durable: against("not-durable"), ...figures };
}

type CaseResult = Awaited<ReturnType<typeof runCase>>;

/** What came of a case, for people: at once, or, where a bar is being drawn, at the end. */
function tell({ megabytes, clients, instances, ratio, ratio_not_durable, ...figures }: CaseResult): void {
  const what = `${clients} client(s), ${instances} instance(s) of ${megabytes} MB a request`;
  console.log(`${what}: ratio ${ratio}, not durable ${ratio_not_durable}`);
  for (const name of contenders) {
    const one = figures[name]!;
    console.log(
      `  ${name.padEnd(12)} ${one.mb_per_s} MB/s, ${one.instances_per_s} instances/s, p50 ${one.p50_ms} ms, ` +
        `p99 ${one.p99_ms} ms, ${one.cores} cores, ${one.cpu_ms_per_instance} ms of processor time an instance ` +
        `(senders ${one.sender_cpu_ms_per_instance}), resident ${one.rss_mb_max} MB`,
    );
  }
}

const bar = new SingleBar({
  format: "{bar} {value}/{total} turns, {eta_formatted} left  {now}",
  stream: process.stderr,
});
try {
  bar.start(cases.length * contenders.length * options.rounds, 0, { now: "making the radiographs" });
  for (const megabytes of SIZES) writeTemplate(megabytes, templateOf(megabytes));
  const results: CaseResult[] = [];
  for (const one of cases) {
    bar.update({ now: `${one.clients} x ${one.instances} x ${one.megabytes} MB` });
    results.push(await runCase(one, contenders, () => bar.increment()));
    if (!process.stderr.isTTY) tell(results.at(-1)!);
  }
  bar.stop();
  if (process.stderr.isTTY) results.forEach(tell);
  const lowest = (ratios: (number | null)[]) => (ratios.includes(null) ? null : Math.min(...(ratios as number[])));
  const ours = (["durable", "not-durable"] as const).flatMap((name) =>
    results.map((one) => one[name]?.rss_mb_max ?? 0),
  );
  console.log(
    JSON.stringify({
      ratio: lowest(results.map((one) => one.ratio)),
      ratio_not_durable: lowest(results.map((one) => one.ratio_not_durable)),
      rss_mb_max: Math.max(...ours),
      processes: options.processes,
      rounds: options.rounds,
      cases: results,
    }),
  );
} finally {
  bar.stop();
  for (const sender of senders) sender.disconnect();
  work.remove();
}
