/**
 * A service is told to end (SIGTERM) with studies in its hands, as every upgrade does: it brings them to an end, and
 * where it is killed over that they are another's. On a real Redis and a real PACS. The Store service's own ending is in
 * stow-process.test.ts.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { makeStudy } from "@redspot/phantom";
import { StudyQueue } from "@redspot/queue";
import { findReports, waitUntil } from "@redspot/testbed";
import { type Installation, startInstallation } from "./installation.ts";

/** Sent at a time: more than a service has done before it can be told to end. */
const STUDIES = 6;

describe("a service that is told to end", () => {
  let installation: Installation;
  let sent = 0;

  before(async () => {
    installation = await startInstallation({ pacs: { by: "program" } });
  });

  after(async () => {
    installation?.pacs.program?.kill("SIGCONT");
    await installation?.stop();
  });

  async function send(): Promise<void> {
    for (let index = 0; index < STUDIES; index++) {
      sent += 1;
      const matrix = { rows: 900, columns: 700 };
      const study = makeStudy({ seed: 60 + sent, views: ["lateral"], imageClass: "CR", matrix });
      await installation.storeInPacs(study);
      await installation.push(study);
    }
  }

  /** Each study that was sent has its one report, in the PACS and as the list has it. */
  async function allReportedOnce(): Promise<void> {
    await installation.allReported(sent);
    const reports = await findReports(installation.pacs.dicomWebUrl);
    assert.equal(new Set(reports.map(({ sopInstanceUID }) => sopInstanceUID)).size, sent);
    assert.equal(reports.length, sent);
  }

  /** Has the service find studies all at once, and comes back when it has some of them in hand. */
  async function inTheHandsOf(
    service: "inference" | "worklist",
    queue: StudyQueue,
    beforeIt = () => {},
  ): Promise<void> {
    const { program } = installation.redspot.services[service];
    program.kill("SIGSTOP");
    await send();
    await waitUntil(
      async () => {
        const { waiting, active } = await queue.depth();
        return waiting + active === STUDIES;
      },
      { what: `${STUDIES} jobs wait for ${service}`, timeoutSeconds: 60 },
    );
    beforeIt();
    program.kill("SIGCONT");
    const isTaken = async () => {
      const { waiting, active } = await queue.depth();
      return active > 0 || waiting === 0;
    };
    await waitUntil(isTaken, { what: "some are in hand", intervalMilliseconds: 2 });
  }

  for (const [service, name] of [
    ["inference", "triage"],
    ["worklist", "report"],
  ] as const) {
    test(`${service}: what it holds it brings to an end, and takes no more`, async () => {
      const queue = new StudyQueue(installation.store, name);
      await inTheHandsOf(service, queue);
      const { program } = installation.redspot.services[service];
      program.kill("SIGTERM");
      assert.deepEqual(await program.ended, { code: 0, signal: null });
      assert.equal((await queue.depth()).active, 0);
      await queue.close();
      await installation.redspot.restart(service);
      await installation.redspot.ready(service, 180);
      await allReportedOnce();
    });

    test(`${service}: killed over that it loses nothing, and nothing is done twice`, async () => {
      const queue = new StudyQueue(installation.store, name);
      // A PACS that does not answer keeps reports in the hands of who sends them.
      const silence = () => installation.pacs.program?.kill("SIGSTOP");
      await inTheHandsOf(service, queue, service === "worklist" ? silence : undefined);
      const { program } = installation.redspot.services[service];
      program.kill("SIGTERM");
      program.kill("SIGKILL");
      assert.equal((await program.ended).signal, "SIGKILL");
      await queue.close();
      installation.pacs.program?.kill("SIGCONT");
      await installation.redspot.restart(service);
      await installation.redspot.ready(service, 180);
      await allReportedOnce();
    });
  }
});
