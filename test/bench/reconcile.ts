import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { dataSetOf, deriveUid, writePart10 } from "@redspot/dicom";
import { closeStore, connectStore, readRedisSettings } from "@redspot/queue";
import { type Reconciliation, reconcile } from "@redspot/recovery";
import { progressOn } from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import { startRedis, workFolder } from "@redspot/testbed";
import { Command } from "commander";
import { positive } from "./positive.ts";
import { cpuMs, peakMegabytes } from "./process.ts";
import { rounded } from "./spread.ts";

const { studies } = new Command("bench:reconcile")
  .description(
    "How long it takes to make a real Redis that lost everything agree with a spool of so many studies, and to see " +
      "that it does; and the memory for it. Each study holds one instance of a few hundred bytes, as pixels are not " +
      "read. The last line is one JSON object.",
  )
  .option("--studies <n>", "studies in the spool", positive, 20_000)
  .parse()
  .opts<{ studies: number }>();

const CR = "1.2.840.10008.5.1.4.1.1.1";
/** Files that are written at the same time. */
const AT_ONCE = 64;

const work = workFolder("bench-reconcile");
const redis = await startRedis({ folder: `${work.path}/redis` });
const store = connectStore(redis.url);
const spool = await FileSpool.open(`${work.path}/spool`);
const progress = progressOn(process.stderr);

/** Puts a study into the spool as a file, without the care that makes it durable: that is not what is measured. */
async function put(number: number): Promise<void> {
  const studyInstanceUID = deriveUid("bench reconcile", String(number));
  const sopInstanceUID = deriveUid("bench reconcile instance", String(number));
  const path = spool.pathOf(studyInstanceUID, sopInstanceUID);
  await mkdir(dirname(path), { recursive: true });
  const attributes = {
    SOPClassUID: CR,
    SOPInstanceUID: sopInstanceUID,
    StudyInstanceUID: studyInstanceUID,
    SeriesInstanceUID: deriveUid("bench reconcile series", String(number)),
    Rows: 1,
    Columns: 1,
    PixelData: new Uint8Array(2),
  };
  await writeFile(path, writePart10(dataSetOf(attributes)));
}

async function pass(): Promise<Reconciliation & { seconds: number; cpu: number }> {
  const start = performance.now();
  const before = cpuMs(process.pid);
  const onProgress = (where: string, done: number, of: number) => progress.show(`Looking into ${where}`, done, of);
  const result = await reconcile({ spool, store, onProgress });
  return { ...result, seconds: (performance.now() - start) / 1000, cpu: (cpuMs(process.pid) - before) / studies };
}

try {
  for (let at = 0; at < studies; at += AT_ONCE) {
    progress.show("Filling the spool", at, studies);
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, studies - at) }, (_, index) => put(at + index)));
  }
  const lost = await pass();
  const whole = await pass();
  progress.end();
  if (lost.instancesNoted !== studies || lost.queued.settling !== studies) throw new Error(JSON.stringify(lost));
  if (whole.instancesNoted !== 0 || Object.keys(whole.queued).length > 0) throw new Error(JSON.stringify(whole));
  const { usedBytes } = await readRedisSettings(store);
  console.log(
    JSON.stringify({
      studies,
      seconds_all_lost: rounded(lost.seconds, 1),
      seconds_nothing_lost: rounded(whole.seconds, 1),
      cpu_ms_per_study_all_lost: rounded(lost.cpu, 2),
      cpu_ms_per_study_nothing_lost: rounded(whole.cpu, 2),
      rss_mb_max: Math.round(peakMegabytes(process.pid)),
      redis_mb: Math.round(usedBytes / 1e6),
    }),
  );
} finally {
  await closeStore(store);
  await redis.stop();
  work.remove();
}
