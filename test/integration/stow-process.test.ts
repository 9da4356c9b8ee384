import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { deriveUid } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { StudyLedger, workOn } from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import { type RunningOrthanc, startOrthanc, storeByDimse, waitUntil } from "@redspot/testbed";
import { Listener } from "./listener.ts";
import { smallImage } from "./small-image.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
let listener: Listener;
let orthanc: RunningOrthanc;

before(async () => {
  listener = await Listener.open({ settleSeconds: 0.2 });
  [orthanc] = await Promise.all([
    startOrthanc({ forwardTo: listener, longestPauseSeconds: 1, stableSeconds: 1 }),
    listener.start(),
  ]);
});

after(async () => {
  await orthanc.stop();
  await listener.stop();
});

/** Waits for the study's job in the queue that comes next, as its worker would. */
async function triaged(study: string): Promise<void> {
  const jobs: string[] = [];
  const worker = workOn(listener.store, "triage", async (job) => void jobs.push(job.studyInstanceUID), {
    concurrency: 1,
    onError: () => {},
  });
  try {
    await waitUntil(() => jobs.includes(deriveUid(study)), {
      what: `the triage of ${study}`,
      programs: [listener.program],
    });
  } finally {
    await worker.close();
  }
}

test("what a modality sends to the PACS is pushed, taken by the PACS's own account, and queued once it has settled", async () => {
  const files = ["1", "2"].map((name) => {
    const file = join(listener.folder.path, `${name}.dcm`);
    writeFileSync(file, smallImage("pushed", name));
    return file;
  });
  await storeByDimse(files, orthanc.dimse);
  await triaged("pushed");

  const notes = await new StudyLedger(listener.store).instancesOf(deriveUid("pushed"), 1);
  const uids = ["1", "2"].map((name) => deriveUid("pushed", name)).sort();
  assert.deepEqual(notes.map(({ sopInstanceUID }) => sopInstanceUID).sort(), uids);
  const spool = await FileSpool.open(listener.spoolDir);
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
  const client = new DicomWebClient({ url: listener.url, authorization: `Bearer ${listener.token}` });
  const good = smallImage("client", "1");
  const { stored, failed } = await client.storeInstances([good, good.subarray(0, -1), new Uint8Array(500)]);
  assert.deepEqual(
    stored.map(({ sopInstanceUID }) => sopInstanceUID),
    [deriveUid("client", "1")],
  );
  assert.deepEqual(failed.map(({ failureReason }) => failureReason).sort(), [0xc000, 0xc002]);
  assert.equal((await client.storeInstances([new Uint8Array(500)])).failed.length, 1);
  await assert.rejects(new DicomWebClient({ url: listener.url }).storeInstances([good]), { code: "UNAUTHORIZED" });
});

test("told to end, it ends with 0, and what was acknowledged is settled by its successor", async () => {
  const client = new DicomWebClient({ url: listener.url, authorization: `Bearer ${listener.token}` });
  await client.storeInstances([smallImage("handed over", "1")]);
  await listener.program.stop();
  assert.deepEqual(listener.program.exit, { code: 0, signal: null });
  await listener.start();
  await triaged("handed over");
});

test("less than 150 MB are resident while a 500 MB instance streams in", async () => {
  const bench = join(repository, "test/bench/stow-memory.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [bench, "--megabytes", "500"]);
  const { rss_mb_max: most } = JSON.parse(stdout.trim().split("\n").at(-1)!) as { rss_mb_max: number };
  assert.ok(most < 150, `${most} MB`);
});
