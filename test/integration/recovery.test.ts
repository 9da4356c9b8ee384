/**
 * The services, each a process, on a real Redis and a real PACS: what they have acknowledged comes through a Redis that
 * loses everything, and through the death of all of them.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DicomWebClient } from "@redspot/dicomweb";
import { makeStudy, type PhantomStudy } from "@redspot/phantom";
import { closeStore, connectStore, type Store } from "@redspot/queue";
import {
  findReports,
  type ReadingListLine,
  type RunningOrthanc,
  type RunningRedis,
  type RunningRedspot,
  readReadingList,
  serviceNames,
  startOrthanc,
  startRedis,
  startRedspot,
  waitUntil,
} from "@redspot/testbed";

const matrix = { rows: 900, columns: 700 };
const wrist = (seed: number, fracture: false | { severity: number }) =>
  makeStudy({ seed, fracture, views: ["lateral"], imageClass: "CR", matrix });

const studies = [
  wrist(31, false),
  makeStudy({ seed: 32, exclusion: "ap-view", imageClass: "DX", matrix }),
  wrist(33, { severity: 1 }),
];

describe("what was acknowledged", () => {
  let redis: RunningRedis;
  let store: Store;
  let orthanc: RunningOrthanc;
  let redspot: RunningRedspot;

  before(async () => {
    redis = await startRedis();
    store = connectStore(redis.url);
    orthanc = await startOrthanc();
    redspot = await startRedspot({ redisUrl: redis.url, pacsUrl: orthanc.dicomWebUrl });
    for (const name of serviceNames) await redspot.ready(name, 180);
  });

  after(async () => {
    await redspot?.stop();
    await orthanc?.stop();
    await closeStore(store);
    await redis?.stop();
  });

  /** To the PACS, which has the images before a report about them comes, and to Redspot. */
  async function send({ instances }: PhantomStudy): Promise<void> {
    const files = instances.map(({ bytes }) => bytes);
    await new DicomWebClient({ url: orthanc.dicomWebUrl }).storeInstances(files);
    const stow = new DicomWebClient({ url: redspot.services.stow.url, authorization: `Bearer ${redspot.token}` });
    const { failed } = await stow.storeInstances(files);
    assert.deepEqual(failed, []);
  }

  async function allReported(count: number): Promise<ReadingListLine[]> {
    return waitUntil(
      async () => {
        const lines = await readReadingList(redspot.services.worklist.url, redspot.token);
        return lines.length === count && lines.every(({ report }) => report.state === "stored") && lines;
      },
      { what: `${count} studies have their reports`, timeoutSeconds: 120 },
    );
  }

  const told = (lines: ReadingListLine[]) =>
    lines.map(({ studyInstanceUID, outcome, probability, revision }) => [
      studyInstanceUID,
      outcome,
      probability,
      revision,
    ]);
  const reports = async () =>
    (await findReports(orthanc.dicomWebUrl)).map(({ sopInstanceUID }) => sopInstanceUID).sort();

  test("is on the list as it was, reported once, after Redis has lost everything", async () => {
    for (const study of studies) await send(study);
    const before = told(await allReported(studies.length));
    const sent = await reports();
    assert.equal(sent.length, studies.length);

    await store.redis.flushall();
    // A Redis that has lost everything was away: everybody connects anew.
    await store.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    assert.deepEqual(told(await allReported(studies.length)), before);
    assert.deepEqual(await reports(), sent);
  });

  test("is analysed and reported once though every service is killed over it", async () => {
    const study = wrist(34, { severity: 1 });
    await send(study);
    for (const name of serviceNames) redspot.services[name].program.kill("SIGKILL");
    for (const name of serviceNames) {
      await redspot.services[name].program.ended;
      await redspot.restart(name);
    }
    for (const name of serviceNames) await redspot.ready(name, 180);
    await allReported(studies.length + 1);
    assert.equal((await reports()).length, studies.length + 1);
  });
});
