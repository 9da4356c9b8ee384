/**
 * A second model package, from its first silent score to the day on which it speaks, and back: with the services as
 * processes, a real Redis and a real PACS, and none of the processes that follow started again.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { DicomWebClient } from "@redspot/dicomweb";
import { loadModelPackage } from "@redspot/model";
import { makeStudy, type PhantomStudy } from "@redspot/phantom";
import { FindingStore, ModelPresence, ShadowScores } from "@redspot/queue";
import { backboneCache, findReports, type RunningService, startService, waitUntil, workFolder } from "@redspot/testbed";
import { DEMONSTRATION, writeCandidate } from "./candidate-package.ts";
import { type Installation, startInstallation } from "./installation.ts";

const repository = join(import.meta.dirname, "..", "..");
const wrist = (seed: number) =>
  makeStudy({ seed, fracture: false, views: ["lateral"], imageClass: "CR", matrix: { rows: 700, columns: 550 } });

describe("a model package that is tried in the shadow", () => {
  const folder = workFolder("promotion");
  let installation: Installation;
  let first: string;
  let second: string;
  let other: RunningService | undefined;

  before(async () => {
    first = (await loadModelPackage(DEMONSTRATION)).packageHash;
    second = await writeCandidate(join(folder.path, "candidate"), { higher: 1 });
    installation = await startInstallation({
      pushes: true,
      folder: folder.path,
      environment: { REDSPOT_SHADOW_PACKAGE: join(folder.path, "candidate") },
    });
  });

  after(async () => {
    await other?.program.stop();
    await installation?.stop();
    folder.remove();
  });

  /** A study's report as the PACS has it, once it is there. */
  async function reportOf({ studyInstanceUID }: PhantomStudy, by = installation.programs()): Promise<string> {
    const found = await waitUntil(
      async () =>
        (await findReports(installation.pacs.dicomWebUrl)).find((one) => one.studyInstanceUID === studyInstanceUID),
      { what: "the study has its report", timeoutSeconds: 90, programs: by },
    );
    const bytes = await new DicomWebClient({ url: installation.pacs.dicomWebUrl }).retrieveInstance(found);
    return Buffer.from(bytes).toString("latin1");
  }

  async function admin(...args: string[]): Promise<string> {
    const main = join(repository, "services", "admin", "src", "main.ts");
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        [main, "model", ...args],
        { env: { REDSPOT_REDIS_URL: installation.redis.url } },
        (error, out, errors) => (error ? reject(new Error(errors)) : resolve(out)),
      );
    });
  }

  test("scores what the other scores, and is in no report and on no list", async () => {
    const study = wrist(71);
    await installation.storeInPacs(study);
    const report = await reportOf(study);
    assert.ok(report.includes(first) && !report.includes(second));
    const scores = new ShadowScores(installation.store);
    await waitUntil(async () => (await scores.count([first, second])) === 1, { what: "both have scored it" });
    const [note] = await Array.fromAsync(scores.of([first, second]));
    const finding = await new FindingStore(installation.store).get(study.studyInstanceUID, 1);
    const [image] = finding!.instances;
    assert.ok(image?.analysed && note?.scores[first]?.logit === image.logit);
    assert.ok(Math.abs(note!.scores[second]!.logit - image!.logit - 1) < 1e-4, "its head alone is another");
    const list = JSON.stringify(await installation.list());
    for (const said of ["candidate", second, String(note!.scores[second]!.probability)])
      assert.ok(!list.includes(said), said);
    assert.equal(JSON.parse(await admin("compare", "--json")).studies, 1);
  });

  test("speaks from the moment of its promotion, with nothing started again, and is silent after a rollback", async () => {
    const { pid } = installation.redspot.services.inference.program;
    await admin("promote", "--why", "the test says so", "--by", "a.clinician", "--yes");
    const promoted = wrist(72);
    await installation.storeInPacs(promoted);
    const report = await reportOf(promoted);
    assert.ok(report.includes(second) && !report.includes(first) && report.includes("candidate"));

    await admin("rollback", "--why", "and takes it back", "--yes");
    const back = wrist(73);
    await installation.storeInPacs(back);
    assert.ok((await reportOf(back)).includes(first));
    assert.equal(installation.redspot.services.inference.program.pid, pid);
    assert.deepEqual(installation.redspot.services.inference.program.exit, undefined);
    await waitUntil(async () => (await new ShadowScores(installation.store).count([first, second])) === 3, {
      what: "whoever spoke, the other scored too",
    });
  });

  test("a process that does not have what has the word says so, judges nothing and leaves the work to others", async () => {
    await admin("promote", "--why", "once more", "--yes");
    other = await startService("inference", {
      folder: folder.path,
      environment: withoutShadow(),
      logName: "without",
    });
    const { url, adminUrl, program } = other;
    await waitUntil(
      async () => {
        const answer = await fetch(`${url}/health/ready`);
        return answer.status === 503 && (await answer.text()).includes('"away":["model"]');
      },
      { what: "it says that it is not ready", timeoutSeconds: 90, programs: [program] },
    );
    const told = await fetch(`${adminUrl}/metrics`, {
      headers: { authorization: `Bearer ${installation.token}` },
    });
    assert.match(await told.text(), /^redspot_model_followed 0$/m);
    assert.match(readFileSync(program.logFile, "utf8"), /is not loaded here: nothing is analysed/);
    await waitUntil(async () => (await new ModelPresence(installation.store).processes()).length === 2, {
      what: "both say what they have",
    });
    assert.match(await admin("status"), /! \S+ does not have the package that has the word, and analyses nothing/);

    const study = wrist(74);
    await installation.storeInPacs(study);
    assert.ok((await reportOf(study)).includes(second), "the process that has it judges");

    // What the spool remembers holds where Redis has lost it: nobody goes back to the old one without a word.
    const { store } = installation;
    await store.redis.del(`${store.prefix}:model-changes`);
    const later = wrist(75);
    await installation.storeInPacs(later);
    assert.ok((await reportOf(later)).includes(second));
    assert.equal((await admin("history", "--json")).trim().split("\n").length, 3);

    await admin("rollback", "--why", "and back", "--yes");
    // It works again with what it has.
    await other.ready();
    await installation.redspot.services.inference.program.stop();
    const last = wrist(76);
    await installation.storeInPacs(last);
    assert.ok((await reportOf(last, [program])).includes(first), "and takes studies");
  });

  function withoutShadow(): Record<string, string> {
    return {
      REDSPOT_REDIS_URL: installation.redis.url,
      REDSPOT_SPOOL_DIR: join(folder.path, "spool"),
      REDSPOT_CACHE_DIR: backboneCache,
      REDSPOT_TOKENS: `ops:metrics:sha256-${createHash("sha256").update(installation.token).digest("hex")}`,
    };
  }
});
