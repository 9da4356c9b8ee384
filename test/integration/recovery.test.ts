/**
 * The services, each a process, on a real Redis and a real PACS: what they have acknowledged comes through a Redis that
 * loses everything, and through the death of all of them.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { makeStudy, type PhantomStudy } from "@redspot/phantom";
import { findReports, type ReadingListLine, serviceNames } from "@redspot/testbed";
import { type Installation, startInstallation } from "./installation.ts";

const matrix = { rows: 900, columns: 700 };
const wrist = (seed: number, fracture: false | { severity: number }) =>
  makeStudy({ seed, fracture, views: ["lateral"], imageClass: "CR", matrix });

const studies = [
  wrist(31, false),
  makeStudy({ seed: 32, exclusion: "ap-view", imageClass: "DX", matrix }),
  wrist(33, { severity: 1 }),
];

describe("what was acknowledged", () => {
  let installation: Installation;

  before(async () => {
    installation = await startInstallation();
  });

  after(() => installation?.stop());

  /** To the PACS, which has the images before a report about them comes, and to Redspot. */
  async function send(study: PhantomStudy): Promise<void> {
    await installation.storeInPacs(study);
    await installation.push(study);
  }

  const told = (lines: ReadingListLine[]) =>
    lines.map(({ studyInstanceUID, outcome, probability, revision }) => [
      studyInstanceUID,
      outcome,
      probability,
      revision,
    ]);
  const reports = async () =>
    (await findReports(installation.pacs.dicomWebUrl)).map(({ sopInstanceUID }) => sopInstanceUID).sort();

  test("is on the list as it was, reported once, after Redis has lost everything", async () => {
    for (const study of studies) await send(study);
    const before = told(await installation.allReported(studies.length));
    const sent = await reports();
    assert.equal(sent.length, studies.length);

    const { redis } = installation.store;
    await redis.flushall();
    // A Redis that has lost everything was away: everybody connects anew.
    await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    assert.deepEqual(told(await installation.allReported(studies.length)), before);
    assert.deepEqual(await reports(), sent);
  });

  test("is analysed and reported once though every service is killed over it", async () => {
    const study = wrist(34, { severity: 1 });
    await send(study);
    const { redspot } = installation;
    for (const name of serviceNames) redspot.services[name].program.kill("SIGKILL");
    for (const name of serviceNames) {
      await redspot.services[name].program.ended;
      await redspot.restart(name);
    }
    for (const name of serviceNames) await redspot.ready(name, 180);
    await installation.allReported(studies.length + 1);
    assert.equal((await reports()).length, studies.length + 1);
  });
});
