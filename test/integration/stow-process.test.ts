import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { dataSetOf, deriveUid, writePart10 } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { closeStore, connectStore, type Store, StudyLedger, workOn } from "@redspot/queue";
import { staticTokenEntry } from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import {
  type ChildProgram,
  freePort,
  type RunningOrthanc,
  type RunningRedis,
  startOrthanc,
  startRedis,
  startService,
  storeByDimse,
  waitUntil,
  workFolder,
} from "@redspot/testbed";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const CR = "1.2.840.10008.5.1.4.1.1.1";
const token = "a-token-of-this-test";
const folder = workFolder("stow-process");
const spoolDir = join(folder.path, "spool");
let redis: RunningRedis;
let store: Store;
let stow: ChildProgram;
let orthanc: RunningOrthanc;
let url: string;

before(async () => {
  redis = await startRedis();
  store = connectStore(redis.url);
  url = `http://127.0.0.1:${await freePort()}`;
  [stow, orthanc] = await Promise.all([
    startListener(),
    startOrthanc({ forwardTo: { url, token }, longestPauseSeconds: 1, stableSeconds: 1 }),
  ]);
});

after(async () => {
  await orthanc.stop();
  await stow.stop();
  await closeStore(store);
  await redis.stop();
  folder.remove();
});

async function startListener(): Promise<ChildProgram> {
  const stow = await startService("stow", {
    folder: folder.path,
    port: Number(new URL(url).port),
    environment: {
      REDSPOT_REDIS_URL: redis.url,
      REDSPOT_SPOOL_DIR: spoolDir,
      REDSPOT_TOKENS: staticTokenEntry({ name: "pacs", scopes: ["store"] }, token),
      REDSPOT_SETTLE_SECONDS: "0.2",
    },
  });
  await stow.ready();
  return stow.program;
}

function instance(study: string, name: string, more: Parameters<typeof dataSetOf>[0] = {}): Uint8Array {
  return writePart10(
    dataSetOf({
      SOPClassUID: CR,
      SOPInstanceUID: deriveUid(study, name),
      StudyInstanceUID: deriveUid(study),
      SeriesInstanceUID: deriveUid(study, "series"),
      Modality: "CR",
      PatientID: "TEST",
      Rows: 8,
      Columns: 8,
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      PixelData: new Uint8Array(64),
      ...more,
    }),
  );
}

/** Waits for the study's job in the queue that comes next, as its worker would. */
async function triaged(study: string): Promise<void> {
  const jobs: string[] = [];
  const worker = workOn(store, "triage", async (job) => void jobs.push(job.studyInstanceUID), {
    concurrency: 1,
    onError: () => {},
  });
  try {
    await waitUntil(() => jobs.includes(deriveUid(study)), { what: `the triage of ${study}`, programs: [stow] });
  } finally {
    await worker.close();
  }
}

test("what a modality sends to the PACS is pushed, taken by the PACS's own account, and queued once it has settled", async () => {
  const files = ["1", "2"].map((name) => {
    const file = join(folder.path, `${name}.dcm`);
    writeFileSync(file, instance("pushed", name));
    return file;
  });
  await storeByDimse(files, orthanc.dimse);
  await triaged("pushed");

  const notes = await new StudyLedger(store).instancesOf(deriveUid("pushed"), 1);
  const uids = ["1", "2"].map((name) => deriveUid("pushed", name)).sort();
  assert.deepEqual(notes.map(({ sopInstanceUID }) => sopInstanceUID).sort(), uids);
  const spool = await FileSpool.open(spoolDir);
  assert.deepEqual(await spool.list(deriveUid("pushed")), uids);

  const jobs = async () =>
    (await (await fetch(`${orthanc.url}/jobs?expand`)).json()) as { Type: string; State: string }[];
  const pushes = await waitUntil(
    async () => {
      const found = (await jobs()).filter(({ Type }) => Type === "DicomWebStowClient");
      return found.length > 0 && found.every(({ State }) => State !== "Running" && State !== "Pending") && found;
    },
    { what: "the end of Orthanc's job" },
  );
  assert.deepEqual(
    pushes.map(({ State }) => State),
    ["Success"],
  );
});

test("dicomweb-client is understood, refusals and all", async () => {
  const client = new DicomWebClient({ url, authorization: `Bearer ${token}` });
  const good = instance("client", "1");
  const { stored, failed } = await client.storeInstances([good, good.subarray(0, -1), new Uint8Array(500)]);
  assert.deepEqual(
    stored.map(({ sopInstanceUID }) => sopInstanceUID),
    [deriveUid("client", "1")],
  );
  assert.deepEqual(failed.map(({ failureReason }) => failureReason).sort(), [0xc000, 0xc002]);
  assert.equal((await client.storeInstances([new Uint8Array(500)])).failed.length, 1);
  await assert.rejects(new DicomWebClient({ url }).storeInstances([good]), { code: "UNAUTHORIZED" });
});

test("told to end, it ends with 0, and what was acknowledged is settled by its successor", async () => {
  const client = new DicomWebClient({ url, authorization: `Bearer ${token}` });
  await client.storeInstances([instance("handed over", "1")]);
  await stow.stop();
  assert.deepEqual(stow.exit, { code: 0, signal: null });
  stow = await startListener();
  await triaged("handed over");
});

test("less than 150 MB are resident while a 500 MB instance streams in", async () => {
  const bench = join(repository, "test/bench/stow-memory.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [bench, "--megabytes", "500"]);
  const { rss_mb_max: most } = JSON.parse(stdout.trim().split("\n").at(-1)!) as { rss_mb_max: number };
  assert.ok(most < 150, `${most} MB`);
});
