/**
 * A process for the tests: works on the triage queue, and dies in the middle of any study that it is told of. It prints a
 * line for each study that it has done or given up.
 *
 * Arguments: address of Redis, prefix, study that kills.
 */
import { setTimeout as passes } from "node:timers/promises";
import { connectStore } from "./connection.ts";
import { workOn } from "./jobs.ts";

const [url = "", prefix = "", deadly = ""] = process.argv.slice(2);

const say = (what: string) => process.stdout.write(`${what}\n`);

workOn(
  connectStore(url, { prefix }),
  "triage",
  async ({ studyInstanceUID }) => {
    // Long enough that a batch is under way together.
    await passes(50);
    if (studyInstanceUID === deadly) process.kill(process.pid, "SIGKILL");
    await passes(50);
    say(`done ${studyInstanceUID}`);
  },
  {
    concurrency: 8,
    lockMs: 500,
    onError: () => {},
    onGivenUp: async ({ studyInstanceUID }, error) =>
      void say(`given up ${studyInstanceUID} ${(error as { code?: string }).code}`),
  },
);
