/**
 * A second model package, from its first silent score to the day on which it speaks, and back: with the services as
 * processes, a real Redis and a real PACS, and none of the processes that follow started again.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { DicomWebClient } from "@redspot/dicomweb";
import { loadModelPackage } from "@redspot/model";
import { makeStudy, type PhantomStudy } from "@redspot/phantom";
import { closeStore, connectStore, FindingStore, ModelPresence, ShadowScores, type Store } from "@redspot/queue";
import {
  type ChildProgram,
  findReports,
  freePort,
  type RunningOrthanc,
  type RunningRedis,
  type RunningRedspot,
  readReadingList,
  startOrthanc,
  startProgram,
  startRedis,
  startRedspot,
  storeByDimse,
  waitUntil,
  workFolder,
} from "@redspot/testbed";
import { DEMONSTRATION, writeCandidate } from "./candidate-package.ts";

const repository = join(import.meta.dirname, "..", "..");
const wrist = (seed: number) =>
  makeStudy({ seed, fracture: false, views: ["lateral"], imageClass: "CR", matrix: { rows: 700, columns: 550 } });

describe("a model package that is tried in the shadow", () => {
  const folder = workFolder("promotion");
  const token = "a-token-of-the-promotion";
  let redis: RunningRedis;
  let orthanc: RunningOrthanc;
  let redspot: RunningRedspot;
  let store: Store;
  let first: string;
  let second: string;
  const others: ChildProgram[] = [];

  before(async () => {
    const stowPort = await freePort();
    first = (await loadModelPackage(DEMONSTRATION)).packageHash;
    second = await writeCandidate(join(folder.path, "candidate"), { higher: 1 });
    redis = await startRedis();
    orthanc = await startOrthanc({ forwardTo: { url: `http://127.0.0.1:${stowPort}`, token }, longestPauseSeconds: 1 });
    redspot = await startRedspot({
      redisUrl: redis.url,
      pacsUrl: orthanc.dicomWebUrl,
      folder: folder.path,
      token,
      ports: { stow: stowPort },
      environment: { REDSPOT_SHADOW_PACKAGE: join(folder.path, "candidate") },
    });
    for (const name of ["stow", "inference", "worklist"] as const) await redspot.ready(name, 180);
    store = connectStore(redis.url);
  });

  after(async () => {
    for (const program of others) await program.stop();
    if (store) await closeStore(store);
    await redspot?.stop();
    await orthanc?.stop();
    await redis?.stop();
    folder.remove();
  });

  async function send({ instances }: PhantomStudy): Promise<void> {
    const files = instances.map(({ sopInstanceUID, bytes }) => {
      const file = join(folder.path, `${sopInstanceUID}.dcm`);
      writeFileSync(file, bytes);
      return file;
    });
    await storeByDimse(files, orthanc.dimse);
  }

  const programs = () => Object.values(redspot.services).map(({ program }) => program);

  /** A study's report as the PACS has it, once it is there. */
  async function reportOf({ studyInstanceUID }: PhantomStudy, by = programs()): Promise<string> {
    const found = await waitUntil(
      async () => (await findReports(orthanc.dicomWebUrl)).find((one) => one.studyInstanceUID === studyInstanceUID),
      { what: "the study has its report", timeoutSeconds: 90, programs: by },
    );
    const bytes = await new DicomWebClient({ url: orthanc.dicomWebUrl }).retrieveInstance(found);
    return Buffer.from(bytes).toString("latin1");
  }

  async function admin(...args: string[]): Promise<string> {
    const main = join(repository, "services", "admin", "src", "main.ts");
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        [main, "model", ...args],
        { env: { REDSPOT_REDIS_URL: redis.url } },
        (error, out, errors) => (error ? reject(new Error(errors)) : resolve(out)),
      );
    });
  }

  test("scores what the other scores, and is in no report and on no list", async () => {
    const study = wrist(71);
    await send(study);
    const report = await reportOf(study);
    assert.ok(report.includes(first) && !report.includes(second));
    const scores = new ShadowScores(store);
    await waitUntil(async () => (await scores.count([first, second])) === 1, { what: "both have scored it" });
    const [note] = await Array.fromAsync(scores.of([first, second]));
    const finding = await new FindingStore(store).get(study.studyInstanceUID, 1);
    const [image] = finding!.instances;
    assert.ok(image?.analysed && note?.scores[first]?.logit === image.logit);
    assert.ok(Math.abs(note!.scores[second]!.logit - image!.logit - 1) < 1e-4, "its head alone is another");
    const list = JSON.stringify(await readReadingList(redspot.services.worklist.url, token));
    for (const said of ["candidate", second, String(note!.scores[second]!.probability)])
      assert.ok(!list.includes(said), said);
    assert.equal(JSON.parse(await admin("compare", "--json")).studies, 1);
  });

  test("speaks from the moment of its promotion, with nothing started again, and is silent after a rollback", async () => {
    const { pid } = redspot.services.inference.program;
    await admin("promote", "--why", "the test says so", "--by", "a.clinician", "--yes");
    const promoted = wrist(72);
    await send(promoted);
    const report = await reportOf(promoted);
    assert.ok(report.includes(second) && !report.includes(first) && report.includes("candidate"));

    await admin("rollback", "--why", "and takes it back", "--yes");
    const back = wrist(73);
    await send(back);
    assert.ok((await reportOf(back)).includes(first));
    assert.equal(redspot.services.inference.program.pid, pid);
    assert.deepEqual(redspot.services.inference.program.exit, undefined);
    await waitUntil(async () => (await new ShadowScores(store).count([first, second])) === 3, {
      what: "whoever spoke, the other scored too",
    });
  });

  test("a process that does not have what has the word says so, judges nothing and leaves the work to others", async () => {
    await admin("promote", "--why", "once more", "--yes");
    const [port, adminPort] = [await freePort(), await freePort()];
    const program = await startProgram({
      name: "inference without the candidate",
      command: process.execPath,
      args: [join(repository, "services", "inference", "src", "main.ts")],
      env: { ...withoutShadow(), REDSPOT_PORT: `${port}`, REDSPOT_ADMIN_PORT: `${adminPort}` },
      logFile: join(folder.path, "without.log"),
    });
    others.push(program);
    await waitUntil(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
        return answer.status === 503 && (await answer.text()).includes('"away":["model"]');
      },
      { what: "it says that it is not ready", timeoutSeconds: 90, programs: [program] },
    );
    const told = await fetch(`http://127.0.0.1:${adminPort}/metrics`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.match(await told.text(), /^redspot_model_followed 0$/m);
    assert.match(readFileSync(join(folder.path, "without.log"), "utf8"), /is not loaded here: nothing is analysed/);
    await waitUntil(async () => (await new ModelPresence(store).processes()).length === 2, {
      what: "both say what they have",
    });
    assert.match(await admin("status"), /! \S+ does not have the package that has the word, and analyses nothing/);

    const study = wrist(74);
    await send(study);
    assert.ok((await reportOf(study)).includes(second), "the process that has it judges");

    // What the spool remembers holds where Redis has lost it: nobody goes back to the old one without a word.
    await store.redis.del(`${store.prefix}:model-changes`);
    const later = wrist(75);
    await send(later);
    assert.ok((await reportOf(later)).includes(second));
    assert.equal((await admin("history", "--json")).trim().split("\n").length, 3);

    await admin("rollback", "--why", "and back", "--yes");
    await waitUntil(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok, {
      what: "it works again with what it has",
      programs: [program],
    });
    await redspot.services.inference.program.stop();
    const last = wrist(76);
    await send(last);
    assert.ok((await reportOf(last, [program])).includes(first), "and takes studies");
  });

  function withoutShadow(): Record<string, string> {
    return {
      REDSPOT_REDIS_URL: redis.url,
      REDSPOT_SPOOL_DIR: join(folder.path, "spool"),
      REDSPOT_CACHE_DIR: join(repository, ".cache"),
      REDSPOT_TOKENS: `ops:metrics:sha256-${createHash("sha256").update(token).digest("hex")}`,
    };
  }
});
