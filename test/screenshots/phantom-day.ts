import { DicomWebClient } from "@redspot/dicomweb";
import { makeStudy, type PhantomStudy, planStudies } from "@redspot/phantom";
import { StudyLedger, StudyQueue } from "@redspot/queue";
import { backboneCache, type RunningOrthanc, startService, waitUntil } from "@redspot/testbed";
import type { openReadingRoom } from "../integration/reading-room.ts";

type ReadingRoom = Awaited<ReturnType<typeof openReadingRoom>>;

const DAY = { count: 14, seed: 20, fractureShare: 0.3, exclusionShare: 0.15, oddityShare: 0 } as const;
const MATRIX = { rows: 1200, columns: 900 };

/** How long before now each study of the day arrived, in minutes: the first has waited longest, the last is not analysed. */
const MINUTES_AGO = [171, 164, 148, 131, 127, 104, 96, 83, 71, 58, 44, 27, 12, 2];

/**
 * Fills a reading room with a day of synthetic radiographs, which the inference service scores with the demonstration
 * package: what the screenshots show is what the whole of Redspot makes of phantoms.
 *
 * @param onProgress told how many of the day's studies are there
 */
export async function fillWithPhantoms(
  room: ReadingRoom,
  pacs: RunningOrthanc,
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const plans = planStudies({ ...DAY, matrix: MATRIX });
  const archive = new DicomWebClient({ url: pacs.dicomWebUrl });
  const studies: PhantomStudy[] = [];
  for (const [index, plan] of plans.entries()) {
    const study = makeStudy(plan);
    await archive.storeInstances(study.instances.map((instance) => instance.bytes));
    for (const { dataSet } of study.instances) await room.receive(study.studyInstanceUID, dataSet);
    await backdate(room, study.studyInstanceUID, MINUTES_AGO[index] ?? 0);
    studies.push(study);
    onProgress(index + 1, plans.length);
  }
  await analyse(room, studies.slice(0, -1));
}

/** The list's clock is that of Redis: a study that has waited is one whose arrival is put back. */
async function backdate({ store: { redis, prefix } }: ReadingRoom, study: string, minutes: number): Promise<void> {
  const arrivedAt = String(Date.now() - minutes * 60_000);
  await redis.hset(`${prefix}:study:${study}`, "arrivedAt", arrivedAt);
  for (const key of ["reading-list", "reading-list:MEDIUM:SCHEDULED"]) {
    await redis.zadd(`${prefix}:${key}`, arrivedAt, study);
  }
}

async function analyse(room: ReadingRoom, studies: PhantomStudy[]): Promise<void> {
  const { program: inference } = await startService("inference", {
    folder: room.folder,
    environment: { ...room.environment, REDSPOT_CACHE_DIR: backboneCache, REDSPOT_LOG_LEVEL: "warn" },
  });
  const triage = new StudyQueue(room.store, "triage");
  try {
    const ledger = new StudyLedger(room.store);
    for (const { studyInstanceUID } of studies) {
      await ledger.closeRevision(studyInstanceUID, 1, 0);
      await triage.add({ studyInstanceUID, revision: 1 });
    }
    for (const { studyInstanceUID } of studies) {
      await waitUntil(async () => (await room.findings.get(studyInstanceUID, 1)) !== undefined, {
        what: `study ${studyInstanceUID} is analysed`,
        timeoutSeconds: 120,
        programs: [inference],
      });
    }
  } finally {
    await triage.close();
    await inference.stop();
  }
}
