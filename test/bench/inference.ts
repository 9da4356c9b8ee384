import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { dataSetOf, deriveUid, readPart10, tagOf, writePart10 } from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";
import { closeStore, connectStore, FindingStore, StudyLedger, StudyQueue } from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import { backboneCache, startRedis, startService, workFolder } from "@redspot/testbed";
import { Command } from "commander";
import { openBareNetwork } from "./bare-network.ts";
import { positive } from "./positive.ts";
import { peakMegabytes } from "./process.ts";
import { median, rounded } from "./spread.ts";

const options = new Command("bench:inference")
  .description(
    "Images a second through the inference service as it runs in production (job from Redis, instance from the spool, " +
      "decode, window, clean, resample, network, preview, finding to Redis), beside the bare network on ready input at " +
      "the same batch size and threads, in turns. The last line is one JSON object; ratio = service over bare network.",
  )
  .option("--rounds <n>", "how often each of the two has its turn", positive, 4)
  .option("--images <n>", "images in a turn", positive, 80)
  .option("--batch <n>", "batch size of both", positive, 4)
  .option("--threads <n>", "engine threads of both", positive, availableParallelism())
  .option("--preparation-threads <n>", "threads of the service that prepare instances", positive, 1)
  .option("--rows <n>", "rows of the instances", positive, 2000)
  .option("--columns <n>", "columns of the instances, 16 bits a pixel", positive, 1500)
  .parse()
  .opts<{
    rounds: number;
    images: number;
    batch: number;
    threads: number;
    preparationThreads: number;
    rows: number;
    columns: number;
  }>();

const work = workFolder("bench-inference");
const redis = await startRedis({ folder: join(work.path, "redis") });
const store = connectStore(redis.url);
const spoolDir = join(work.path, "spool");

const bare = await openBareNetwork(options);

const service = await startService("inference", {
  folder: work.path,
  environment: {
    REDSPOT_REDIS_URL: redis.url,
    REDSPOT_SPOOL_DIR: spoolDir,
    REDSPOT_CACHE_DIR: backboneCache,
    REDSPOT_BATCH_SIZE: String(options.batch),
    REDSPOT_ENGINE_THREADS: String(options.threads),
    REDSPOT_PREPARATION_THREADS: String(options.preparationThreads),
    REDSPOT_LOG_LEVEL: "warn",
  },
});

const spool = await FileSpool.open(spoolDir);
const ledger = new StudyLedger(store);
const triage = new StudyQueue(store, "triage");
const reports = new StudyQueue(store, "report");
const findings = new FindingStore(store);

/** Puts studies of one instance each into spool and ledger, distinct by UID, from a few different phantoms. */
async function arrive(images: number): Promise<string[]> {
  const studies: string[] = [];
  for (let index = 0; index < images; index++) {
    const source = sources[index % sources.length]!;
    const studyInstanceUID = deriveUid("bench", randomUUID());
    const sopInstanceUID = deriveUid("bench", studyInstanceUID);
    const incoming = await spool.receive();
    await incoming.write(
      writePart10({
        ...source,
        ...dataSetOf({ StudyInstanceUID: studyInstanceUID, SOPInstanceUID: sopInstanceUID }),
      }),
    );
    const { bytes } = await incoming.commit({ studyInstanceUID, sopInstanceUID });
    const sopClassUID = String(source[tagOf("SOPClassUID")]?.Value?.[0]);
    await ledger.noteInstance({ studyInstanceUID, sopInstanceUID, sopClassUID, isImage: true, bytes });
    await ledger.closeRevision(studyInstanceUID, 1, 0);
    studies.push(studyInstanceUID);
  }
  return studies;
}

/** Images a second from the moment that the first batches are through, when all stages are busy, to the last. */
async function serviceTurn(): Promise<number> {
  const lead = 2 * options.batch;
  const studies = await arrive(options.images + lead);
  const before = (await reports.depth()).waiting;
  for (const studyInstanceUID of studies) await triage.add({ studyInstanceUID, revision: 1 });
  const done = async () => (await reports.depth()).waiting - before;
  const reached = async (wanted: number) => {
    for (;;) {
      const now = await done();
      if (now >= wanted) return { now, at: performance.now() };
      if (service.program.exit) throw service.program.endedError();
      await pause(50);
    }
  };
  const start = await reached(lead);
  const end = await reached(studies.length);
  for (const study of studies) {
    const finding = await findings.get(study, 1);
    if (finding?.outcome === "not-analysed") throw new Error(`not analysed: ${finding.reason?.text}`);
  }
  return (end.now - start.now) / ((end.at - start.at) / 1000);
}

const sources = [1, 2, 3, 4].map(
  (seed) =>
    readPart10(
      makeStudy({ seed, views: ["lateral"], matrix: { rows: options.rows, columns: options.columns } }).instances[0]!
        .bytes,
    ).dataSet,
);

try {
  await service.ready(120);
  // Both have a turn that does not count, in which caches fill and code is compiled.
  await bare.turn(options.images);
  await serviceTurn();
  const alone: number[] = [];
  const served: number[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    alone.push(await bare.turn(options.images));
    served.push(await serviceTurn());
    console.log(
      `round ${round}: bare network ${alone.at(-1)?.toFixed(2)}, service ${served.at(-1)?.toFixed(2)} images a second`,
    );
  }
  // Each turn of the service is held against the turns of the network beside it: the machine's mood cancels out.
  const ratios = served.map((rate, index) => rate / alone[index]!);
  console.log(
    JSON.stringify({
      ratio: rounded(median(ratios)),
      service_images_per_s: rounded(median(served)),
      bare_images_per_s: rounded(median(alone)),
      batch: options.batch,
      threads: options.threads,
      instance_mb: rounded((options.rows * options.columns * 2) / 1e6),
      rss_mb_max: Math.round(peakMegabytes(service.program.pid)),
    }),
  );
} finally {
  await bare.close();
  await service.program.stop();
  await triage.close();
  await reports.close();
  await closeStore(store);
  await redis.stop();
  work.remove();
}
