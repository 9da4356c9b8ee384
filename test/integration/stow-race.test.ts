import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dataSetOf, deriveUid, writePart10 } from "@redspot/dicom";
import { closeStore, connectStore, type Store, StudyLedger, workOn } from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import {
  type ChildProgram,
  freePort,
  type RunningRedis,
  type RunningService,
  startRedis,
  startService,
  waitUntil,
  workFolder,
} from "@redspot/testbed";

const CR = "1.2.840.10008.5.1.4.1.1.1";
const folder = workFolder("stow-race");
const spoolDir = join(folder.path, "spool");
let redis: RunningRedis;
let store: Store;
/** Two listeners that share Redis and the spool, as two replicas do. */
const programs: ChildProgram[] = [];
const urls: string[] = [];

const start = (logName: string, sharedPort?: number) =>
  startService("stow", {
    folder: folder.path,
    logName,
    port: sharedPort,
    environment: {
      REDSPOT_REDIS_URL: redis.url,
      REDSPOT_SPOOL_DIR: spoolDir,
      REDSPOT_SETTLE_SECONDS: "1",
      REDSPOT_SHARE_PORT: `${sharedPort !== undefined}`,
    },
  });

before(async () => {
  redis = await startRedis();
  store = connectStore(redis.url);
  for (const name of ["one", "other"]) {
    const stow = await start(name);
    await stow.ready();
    programs.push(stow.program);
    urls.push(stow.url);
  }
});

after(async () => {
  for (const program of programs) await program.stop();
  await closeStore(store);
  await redis.stop();
  folder.remove();
});

/** Long enough to be on its way for a while: several blocks, the last of them not whole. */
const PIXEL_BYTES = 1_300_002;

function instance(study: string, name: string, filling = 0): Uint8Array {
  return writePart10(
    dataSetOf({
      SOPClassUID: CR,
      SOPInstanceUID: deriveUid(study, name),
      StudyInstanceUID: deriveUid(study),
      SeriesInstanceUID: deriveUid(study, "series"),
      Modality: "CR",
      PixelData: new Uint8Array(PIXEL_BYTES).fill(filling),
    }),
  );
}

async function send(url: string, instances: readonly Uint8Array[], more: Record<string, string> = {}): Promise<number> {
  const head = Buffer.from("\r\n--b\r\nContent-Type: application/dicom\r\n\r\n");
  const body = Buffer.concat([...instances.flatMap((one) => [head, one]), Buffer.from("\r\n--b--\r\n")]);
  const headers = { "content-type": 'multipart/related; type="application/dicom"; boundary=b', accept: "*/*", ...more };
  const response = await fetch(`${url}/studies`, { method: "POST", headers, body });
  await response.text();
  return response.status;
}

/** Each of the requests at once, by way of both listeners. */
const sendToBoth = (requests: readonly (readonly Uint8Array[])[]) =>
  Promise.all(requests.flatMap((instances) => urls.map((url) => send(url, instances))));

/** The revisions that are queued for triage until `last` is. */
async function triagedUntil(last: string): Promise<string[]> {
  const jobs: string[] = [];
  const worker = workOn(store, "triage", async (job) => void jobs.push(`${job.studyInstanceUID} ${job.revision}`), {
    concurrency: 1,
    onError: () => {},
  });
  try {
    await waitUntil(() => jobs.includes(`${deriveUid(last)} 1`), { what: `the triage of ${last}`, programs });
  } finally {
    await worker.close();
  }
  return jobs;
}

test("a study from senders that race, through listeners that race, is one revision, analysed once", async () => {
  const names = ["a", "b", "c", "d"];
  const instances = names.map((name) => instance("race", name));
  // Every instance comes in two requests of one and two of all, in opposite orders.
  const requests = [...instances.map((one) => [one]), instances, instances.toReversed()];
  assert.deepEqual(new Set(await sendToBoth(requests)), new Set([200]));
  assert.deepEqual(await triagedUntil("race"), [`${deriveUid("race")} 1`]);

  const uids = names.map((name) => deriveUid("race", name)).sort();
  const notes = await new StudyLedger(store).instancesOf(deriveUid("race"), 1);
  assert.deepEqual(notes.map(({ sopInstanceUID }) => sopInstanceUID).sort(), uids);

  // The same bytes again, once it is settled: taken as if for the first time, and analysed no more.
  assert.deepEqual(new Set(await sendToBoth(requests)), new Set([200]));
  await send(urls[0]!, [instance("later", "a")]);
  assert.deepEqual(await triagedUntil("later"), [`${deriveUid("later")} 1`]);
  assert.equal(await store.redis.hget(`redspot:study:${deriveUid("race")}`, "openRevision"), null);
});

test("of different contents that race for one SOP Instance UID one is stored, whole, and noted once", async () => {
  const contents = [1, 2, 3, 4].map((filling) => instance("conflict", "a", filling));
  const statuses = await Promise.all(contents.map((one, index) => send(urls[index % 2]!, [one])));
  assert.deepEqual(statuses.toSorted(), [200, 409, 409, 409]);
  const winner = contents[statuses.indexOf(200)]!;
  const spool = await FileSpool.open(spoolDir);
  const stored = await spool.read(deriveUid("conflict"), deriveUid("conflict", "a"));
  assert.ok(Buffer.from(winner).equals(stored));
  await triagedUntil("conflict");
  const notes = await new StudyLedger(store).instancesOf(deriveUid("conflict"), 1);
  assert.deepEqual(
    notes.map(({ sopInstanceUID }) => sopInstanceUID),
    [deriveUid("conflict", "a")],
  );
});

test("two processes on one port are replaced, one after the other, while a sender sends", async () => {
  const port = await freePort();
  const running = [await start("first", port), await start("second", port)];
  // A port that is shared does not tell which of them is ready; the port of its operators does.
  const isUp = (one: RunningService) =>
    waitUntil(async () => (await fetch(`${one.adminUrl}/metrics`)).ok, { what: "a process", programs: [one.program] });
  await Promise.all(running.map(isUp));
  const { url } = running[0]!;
  let count = 0;
  let isDone = false;
  /** Each comes on a connection of its own, which is the kernel's to give to either. Who meets one that ends comes again. */
  async function sendUntilTaken(one: Uint8Array): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      const status = await send(url, [one], { connection: "close" }).catch(() => 503);
      if (status !== 503 || tries === 5) return status;
    }
  }
  const statuses = new Set<number>();
  const sending = (async () => {
    for (; !isDone; count += 1) statuses.add(await sendUntilTaken(instance("replaced", `${count}`)));
  })();
  try {
    for (const [index, name] of ["third", "fourth"].entries()) {
      await running[index]!.program.stop();
      assert.deepEqual(running[index]!.program.exit, { code: 0, signal: null });
      const next = await start(name, port);
      running.push(next);
      await isUp(next);
    }
  } finally {
    isDone = true;
    await sending;
    for (const { program } of running) await program.stop();
  }
  assert.deepEqual([...statuses], [200]);
  const spool = await FileSpool.open(spoolDir);
  assert.equal((await spool.list(deriveUid("replaced"))).length, count);
});
