import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { makeStudy } from "@redspot/phantom";
import { StudyQueue } from "@redspot/queue";
import { findReports, waitUntil } from "@redspot/testbed";
import { type Installation, startInstallation } from "./installation.ts";

/** Sent at a time: more than a service has done before it can be told to end. */
const STUDIES = 6;

/** Which queue a service works through. */
const ENDED = { inference: "triage", worklist: "report" } as const;
type Ended = keyof typeof ENDED;

interface EndingOptions {
  /** Modules that are loaded before the services' own code, as URLs. */
  preload?: readonly string[];
  /** How long it may take until each study has its report. */
  reportedWithinSeconds?: number;
}

/** An installation whose services are told to end with studies in their hands. */
export class Ending {
  readonly #installation: Installation;
  readonly #reportedWithinSeconds: number | undefined;
  #sent = 0;

  private constructor(installation: Installation, reportedWithinSeconds?: number) {
    this.#installation = installation;
    this.#reportedWithinSeconds = reportedWithinSeconds;
  }

  static async start({ preload = [], reportedWithinSeconds }: EndingOptions = {}): Promise<Ending> {
    const environment = { NODE_OPTIONS: preload.map((url) => `--import=${url}`).join(" ") };
    const installation = await startInstallation({ pacs: { by: "program" }, environment });
    return new Ending(installation, reportedWithinSeconds);
  }

  async stop(): Promise<void> {
    this.#pacs("SIGCONT");
    await this.#installation.stop();
  }

  /** Told to end, a service brings what it holds to an end. */
  async endsInOrder(service: Ended): Promise<void> {
    const queue = new StudyQueue(this.#installation.store, ENDED[service]);
    try {
      await this.#inTheHandsOf(service, queue);
      const { program } = this.#installation.redspot.services[service];
      const before = readFileSync(program.logFile, "utf8").length;
      const saysSo = () => readFileSync(program.logFile, "utf8").slice(before).includes('"msg":"ending"');
      program.kill("SIGTERM");
      await waitUntil(async () => program.exit !== undefined || saysSo(), { what: `${service} is ending` });
      this.#pacs("SIGCONT");
      assert.deepEqual(await program.ended, { code: 0, signal: null });
      assert.equal((await queue.depth()).active, 0, "it has left nothing in hand");
    } finally {
      await queue.close();
    }
    await this.#goesOn(service);
  }

  /** Killed over that, a service loses nothing, and nothing is done twice. */
  async isKilledWhileEnding(service: Ended): Promise<void> {
    const queue = new StudyQueue(this.#installation.store, ENDED[service]);
    try {
      await this.#inTheHandsOf(service, queue);
    } finally {
      await queue.close();
    }
    const { program } = this.#installation.redspot.services[service];
    program.kill("SIGTERM");
    program.kill("SIGKILL");
    assert.equal((await program.ended).signal, "SIGKILL");
    this.#pacs("SIGCONT");
    await this.#goesOn(service);
  }

  /** Started again, and each study that was sent gets its one report, in the PACS and as the list has it. */
  async #goesOn(service: Ended): Promise<void> {
    const { redspot, pacs } = this.#installation;
    await redspot.restart(service);
    await redspot.ready(service, 180);
    await this.#installation.allReported(this.#sent, this.#reportedWithinSeconds);
    const reports = await findReports(pacs.dicomWebUrl);
    assert.equal(new Set(reports.map(({ sopInstanceUID }) => sopInstanceUID)).size, this.#sent);
    assert.equal(reports.length, this.#sent);
  }

  async #send(): Promise<void> {
    for (let index = 0; index < STUDIES; index++) {
      this.#sent += 1;
      const matrix = { rows: 900, columns: 700 };
      const study = makeStudy({ seed: 60 + this.#sent, views: ["lateral"], imageClass: "CR", matrix });
      await this.#installation.storeInPacs(study);
      await this.#installation.push(study);
    }
  }

  /** Has the service find studies all at once, and comes back when it has some of them in hand. */
  async #inTheHandsOf(service: Ended, queue: StudyQueue): Promise<void> {
    const { program } = this.#installation.redspot.services[service];
    program.kill("SIGSTOP");
    await this.#send();
    await waitUntil(
      async () => {
        const { waiting, active } = await queue.depth();
        return waiting + active === STUDIES;
      },
      { what: `${STUDIES} jobs wait for ${service}`, timeoutSeconds: 60 },
    );
    // A PACS that does not answer keeps reports in the hands of who sends them.
    if (service === "worklist") this.#pacs("SIGSTOP");
    program.kill("SIGCONT");
    const isTaken = async () => {
      const { waiting, active } = await queue.depth();
      return active > 0 || waiting === 0;
    };
    await waitUntil(isTaken, { what: "some are in hand", intervalMilliseconds: 2 });
  }

  #pacs(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#installation.pacs.program?.kill(signal);
  }
}
