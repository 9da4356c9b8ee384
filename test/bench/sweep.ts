import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { type DataSet, dataSetOf, deriveUid, readPart10, text, writePart10 } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { makeStudy } from "@redspot/phantom";
import { Backlog, closeStore, connectStore, FindingStore, type Store, StudyLedger, StudyQueue } from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import { startOrthanc, startRedis, startService } from "@redspot/testbed";
import { Command } from "commander";
import { cacheDir, openBareNetwork } from "./bare-network.ts";
import { positive } from "./positive.ts";
import { cpuMs, peakMegabytes } from "./process.ts";
import { median, rounded } from "./spread.ts";

const program = new Command("bench:sweep")
  .description(
    "Studies a second through a sweep of the backlog as it runs in production (job from Redis, questions to a real PACS by " +
      "QIDO-RS, image by WADO-RS into the spool, network, finding to Redis), beside the bare network on ready input, in " +
      "turns; and what a queue of a backlog takes of Redis. The PACS runs on the same processors, set as docs/pacs/orthanc.md " +
      "has it for a sweep. The last line is one " +
      "JSON object; ratio = sweep over bare network.",
  )
  .option("--rounds <n>", "how often each of the two has its turn", positive, 3)
  .option(
    "--studies <n>",
    "studies of one image in a turn; batches end in steps, which a longer turn evens out",
    positive,
    120,
  )
  .option("--batch <n>", "batch size of both", positive, 4)
  .option("--threads <n>", "engine threads of both", positive, availableParallelism())
  .option("--preparation-threads <n>", "threads of the service that prepare instances", positive, 1)
  .option("--requests <n>", "most requests to the PACS at a time", positive, 2)
  .option("--rows <n>", "rows of the images", positive, 2000)
  .option("--columns <n>", "columns of the images, 16 bits a pixel", positive, 1500)
  .option("--queued <n>", "studies in the queue whose memory is measured", positive, 200_000)
  .option(
    "--gpu-images-per-s <n>",
    "what the network makes on one GPU, measured elsewhere: a sweep there is computed",
    positive,
  )
  .option("--with-reports", "reports are written and stored into the PACS meanwhile, on the same processors")
  .parse();
const options = program.opts<{
  rounds: number;
  studies: number;
  batch: number;
  threads: number;
  preparationThreads: number;
  requests: number;
  rows: number;
  columns: number;
  queued: number;
  gpuImagesPerS?: number;
  withReports?: boolean;
}>();

const PLAN = {
  from: "20240115",
  to: "20240115",
  oldestFirst: false,
  modalities: ["CR", "DX"],
  standings: ["unreported"],
};
/** The UK's plain wrist radiographs that nobody has read would be of this order. */
const LARGE_BACKLOG = 200_000;
const WORKERS = 8;
/** How many live studies come in a turn of theirs. */
const LIVE_STUDIES = 8;
/** As docs/pacs/orthanc.md has it for an Orthanc that is swept. */
const KEEPS_MEMORY = { MALLOC_MMAP_THRESHOLD_: "33554432", MALLOC_TRIM_THRESHOLD_: "33554432" };
/** A sweep goes on for hours; V8 has compiled what it is made of after some six hundred studies. */
const TURNS_BEFORE = 4;
/** More than the service takes in hand: five batches, and what is being prepared. */
const inHand = 6 * options.batch + options.preparationThreads;
/** With so many reports waiting the service leaves the backlog alone, and without a worklist service nobody writes them. */
const MOST_STUDIES = 199;
if (options.studies + 2 * inHand > MOST_STUDIES && !options.withReports) {
  program.error(
    `--studies ${options.studies} and ${2 * inHand} before and after them are more than the ${MOST_STUDIES} whose reports ` +
      `may wait: take ${MOST_STUDIES - 2 * inHand} at most, or --with-reports`,
  );
}

const work = await mkdtemp(join(tmpdir(), "redspot-bench-"));
const redis = await startRedis({ folder: join(work, "redis") });

async function usedMemory({ redis: client }: Store): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await client.info("memory"))?.[1]);
}

/** Queues a large backlog for good, and says what it takes: identifiers only, the images stay in the PACS. */
async function queueTurn(): Promise<{ bytes: number; seconds: number }> {
  const store = connectStore(redis.url, { prefix: "queue-bench" });
  const backlog = new Backlog(store);
  const before = await usedMemory(store);
  const start = performance.now();
  await backlog.begin(PLAN, new Date());
  await backlog.pause();
  for (let at = 0; at < options.queued; at += 5_000) {
    const some = Math.min(5_000, options.queued - at);
    await backlog.queue(Array.from({ length: some }, (_, index) => deriveUid("bench", String(at + index))));
  }
  const seconds = (performance.now() - start) / 1000;
  const bytes = (await usedMemory(store)) - before;
  const sweep = await backlog.current();
  if (sweep?.queued !== options.queued) throw new Error(`${sweep?.queued} of ${options.queued} are queued`);
  await store.redis.flushall();
  await backlog.close();
  await closeStore(store);
  return { bytes, seconds };
}

const orthanc = await startOrthanc({ folder: join(work, "orthanc"), environment: KEEPS_MEMORY });
const pacs = new DicomWebClient({ url: orthanc.dicomWebUrl });
const sources = [1, 2, 3, 4].map(
  (seed) =>
    readPart10(
      makeStudy({ seed, views: ["lateral"], matrix: { rows: options.rows, columns: options.columns } }).instances[0]!
        .bytes,
    ).dataSet,
);

/** Puts studies of one image each into the PACS, distinct by UID, from a few different phantoms. */
async function archive(studies: number): Promise<string[]> {
  const uids: string[] = [];
  for (let index = 0; index < studies; index++) {
    const studyInstanceUID = deriveUid("bench", randomUUID());
    const own = dataSetOf({
      StudyInstanceUID: studyInstanceUID,
      SeriesInstanceUID: deriveUid("bench series", studyInstanceUID),
      SOPInstanceUID: deriveUid("bench instance", studyInstanceUID),
    });
    const { failed } = await pacs.storeInstances([writePart10({ ...sources[index % sources.length]!, ...own })]);
    if (failed.length > 0) throw new Error(`the PACS does not take the study: ${JSON.stringify(failed)}`);
    uids.push(studyInstanceUID);
  }
  return uids;
}

const service = (name: "inference" | "worklist", environment: Record<string, string> = {}) =>
  startService(name, {
    folder: work,
    environment: {
      REDSPOT_REDIS_URL: redis.url,
      REDSPOT_SPOOL_DIR: join(work, "spool"),
      REDSPOT_PACS_URL: orthanc.dicomWebUrl,
      REDSPOT_LOG_LEVEL: "warn",
      ...environment,
    },
  });

const { bytes: queueBytes, seconds: queueSeconds } = await queueTurn();
console.log(
  `${options.queued} studies queued in ${queueSeconds.toFixed(1)} s: ${(queueBytes / 1e6).toFixed(0)} MB of Redis, ` +
    `${Math.round(queueBytes / options.queued)} bytes each`,
);

const bare = await openBareNetwork(options);
const inference = await service("inference", {
  REDSPOT_CACHE_DIR: cacheDir,
  REDSPOT_BATCH_SIZE: String(options.batch),
  REDSPOT_ENGINE_THREADS: String(options.threads),
  REDSPOT_PREPARATION_THREADS: String(options.preparationThreads),
  REDSPOT_SWEEP_REQUESTS: String(options.requests),
  REDSPOT_SWEEP_SPOOL_RESERVE_MIB: "0",
});
const worklist = options.withReports ? await service("worklist") : undefined;
const store = connectStore(redis.url);
const backlog = new Backlog(store);
const spool = await FileSpool.open(join(work, "spool"));
const ledger = new StudyLedger(store);
const findings = new FindingStore(store);
const triage = new StudyQueue(store, "triage");

/** Whose processor time is told: all that runs during a turn of the sweep but this process. */
const watched = {
  worker: () => inference.program.pid,
  pacs: () => orthanc.program?.pid,
  redis: () => redis.program?.pid,
};
type Watched = keyof typeof watched;

function processorTimes(): Record<Watched, number> {
  const of = (name: Watched) => {
    const pid = watched[name]();
    return pid === undefined ? Number.NaN : cpuMs(pid);
  };
  return { worker: of("worker"), pacs: of("pacs"), redis: of("redis") };
}

interface SweepTurn {
  /** Studies a second. */
  rate: number;
  /** Processor time for each, in milliseconds. */
  cpu: Record<Watched, number>;
}

/**
 * A sweep of so many studies, between a time at which the worker has all in hand that it ever has and a later such time: as
 * many are fetched meanwhile as are scored, which a backlog of any size comes to.
 */
async function sweepTurn(): Promise<SweepTurn> {
  const count = options.studies;
  const studies = await archive(count + 2 * inHand);
  // A backlog has lain on the PACS's disk for long: what was stored for this turn is not written out during it, or a later one.
  await promisify(execFile)("sync");
  // As a sweep of its own: what waits in the spool for a report is not for this turn to wait for.
  await store.redis.flushall();
  await backlog.begin(PLAN, new Date());
  await backlog.queue(studies);
  const reached = async (wanted: number) => {
    for (;;) {
      const { outcomes } = (await backlog.current())!;
      const now = Object.values(outcomes).reduce((sum, one) => sum + one, 0);
      if (now >= wanted) return { now, at: performance.now(), cpu: processorTimes(), outcomes };
      if (inference.program.exit) throw inference.program.endedError();
      await pause(200);
    }
  };
  const start = await reached(inHand);
  const end = await reached(inHand + count);
  const { fracture = 0, inconclusive = 0, "no-fracture": none = 0 } = (await reached(studies.length)).outcomes;
  if (fracture + inconclusive + none !== studies.length) throw new Error("not every study was scored");
  const swept = end.now - start.now;
  const each = (name: Watched) => (end.cpu[name] - start.cpu[name]) / swept;
  return {
    rate: swept / ((end.at - start.at) / 1000),
    cpu: { worker: each("worker"), pacs: each("pacs"), redis: each("redis") },
  };
}

/**
 * How long live studies of one image take from triage to finding, one after the other, in milliseconds: alone, and while
 * the worker is busy with a backlog.
 */
async function liveTurn(busy: boolean): Promise<number[]> {
  await store.redis.flushall();
  if (busy) {
    await backlog.begin(PLAN, new Date());
    await backlog.queue(await archive(12 * LIVE_STUDIES));
    await pause(1_000);
  }
  const took: number[] = [];
  for (let index = 0; index < LIVE_STUDIES; index++) {
    const job = { studyInstanceUID: await arrive(sources[index % sources.length]!), revision: 1 };
    const start = performance.now();
    await triage.add(job);
    while (!(await findings.get(job.studyInstanceUID, 1))) await pause(5);
    took.push(performance.now() - start);
    // So that the backlog gets its turn: it is what a live study may have to wait for.
    await pause(250);
  }
  const { outcomes = {}, queued = 0 } = (await backlog.current()) ?? {};
  const swept = Object.values(outcomes).reduce((sum, one) => sum + one, 0);
  if (busy && (swept === 0 || swept === queued))
    throw new Error(`the worker was not busy: ${swept} of ${queued} swept`);
  return took;
}

/** Puts a study of one image into spool and ledger, as if it had been pushed and had settled. */
async function arrive(source: DataSet): Promise<string> {
  const studyInstanceUID = deriveUid("bench live", randomUUID());
  const sopInstanceUID = deriveUid("bench live instance", studyInstanceUID);
  const incoming = await spool.receive();
  const own = dataSetOf({ StudyInstanceUID: studyInstanceUID, SOPInstanceUID: sopInstanceUID });
  await incoming.write(writePart10({ ...source, ...own }));
  const { bytes } = await incoming.commit({ studyInstanceUID, sopInstanceUID });
  const sopClassUID = text(source, "SOPClassUID")!;
  await ledger.noteInstance({ studyInstanceUID, sopInstanceUID, sopClassUID, isImage: true, bytes });
  await ledger.closeRevision(studyInstanceUID, 1, 0);
  return studyInstanceUID;
}

const hours = (perSecond: number) => rounded(LARGE_BACKLOG / perSecond / 3600, 1);

try {
  await inference.ready(120);
  // Both have turns that do not count, in which caches fill and code is compiled.
  await bare.turn(options.studies);
  for (let turn = 0; turn < TURNS_BEFORE; turn++) await sweepTurn();
  const alone: number[] = [];
  const turns: SweepTurn[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    alone.push(await bare.turn(options.studies));
    const turn = await sweepTurn();
    turns.push(turn);
    console.log(
      `round ${round}: bare network ${alone.at(-1)?.toFixed(2)} images, sweep ${turn.rate.toFixed(2)} studies a second; ` +
        `processor time a study: worker ${turn.cpu.worker.toFixed(0)} ms, PACS ${turn.cpu.pacs.toFixed(0)}, ` +
        `Redis ${turn.cpu.redis.toFixed(1)}`,
    );
  }
  const liveAlone = await liveTurn(false);
  const liveMeanwhile = await liveTurn(true);
  const ms = (values: number[]) => `${Math.round(median(values))} ms (longest ${Math.round(Math.max(...values))})`;
  console.log(`a live study, from triage to finding: ${ms(liveAlone)} alone, ${ms(liveMeanwhile)} during a sweep`);
  // Each turn of the sweep is held against the network's beside it: the machine's mood cancels out.
  const ratios = turns.map(({ rate }, index) => rate / alone[index]!);
  const perSecond = median(turns.map(({ rate }) => rate));
  const cpu = (name: Watched) => rounded(median(turns.map((turn) => turn.cpu[name])), 1);
  console.log(
    `${LARGE_BACKLOG} radiographs at this rate: ${hours(perSecond)} hours on this machine (measured: the rate); ` +
      `${hours(WORKERS * perSecond)} on ${WORKERS} such workers whose PACS keeps up (computed).`,
  );
  console.log(
    JSON.stringify({
      ratio: rounded(median(ratios)),
      sweep_studies_per_s: rounded(perSecond),
      bare_images_per_s: rounded(median(alone)),
      with_reports: options.withReports ?? false,
      hours_200k_this_machine: hours(perSecond),
      hours_200k_8_workers_computed: hours(WORKERS * perSecond),
      ...(options.gpuImagesPerS && { hours_200k_gpu_computed: hours(median(ratios) * options.gpuImagesPerS) }),
      live_ms_alone: Math.round(median(liveAlone)),
      live_ms_during_sweep: Math.round(median(liveMeanwhile)),
      live_ms_during_sweep_max: Math.round(Math.max(...liveMeanwhile)),
      queued: options.queued,
      queue_bytes_per_study: Math.round(queueBytes / options.queued),
      queue_mb: rounded(queueBytes / 1e6, 1),
      queue_studies_per_s: Math.round(options.queued / queueSeconds),
      batch: options.batch,
      threads: options.threads,
      image_mb: rounded((options.rows * options.columns * 2) / 1e6),
      cpu_ms_worker: cpu("worker"),
      cpu_ms_pacs: cpu("pacs"),
      cpu_ms_redis: cpu("redis"),
      rss_mb_max: Math.round(peakMegabytes(inference.program.pid)),
    }),
  );
} finally {
  await bare.close();
  await inference.program.stop();
  await worklist?.program.stop();
  await triage.close();
  await backlog.close();
  await closeStore(store);
  await orthanc.stop();
  await redis.stop();
  await rm(work, { recursive: true, force: true });
}
