import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { freePort, TestbedError, workFolder } from "@redspot/testbed";
import { consoleOutput } from "./console-output.ts";
import { demonstrate } from "./demo.ts";
import { readOptions } from "./options.ts";
import { Stops } from "./stops.ts";

const signalStatus = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Ending = keyof typeof signalStatus;

const given = readOptions(process.argv.slice(2));
const options = {
  ...given,
  port: given.port === 0 ? await freePort() : given.port,
  pacsPort: given.pacsPort === 0 ? await freePort() : given.pacsPort,
};
const output = consoleOutput(process.stdout);
const stops = new Stops();
const folder = workFolder("demo");

const ending = new Promise<Ending>((resolve) => {
  for (const signal of Object.keys(signalStatus) as Ending[]) {
    process.on(signal, () => {
      // A second Ctrl-C does not wait: what was started is killed as this process exits.
      process.once(signal, () => process.exit(signalStatus[signal]));
      resolve(signal);
    });
  }
});

/** What came of it: an exit status, and whether logs are worth keeping. */
interface Result {
  readonly status: number;
  readonly keep: boolean;
}

const work = demonstrate({
  options,
  folder: folder.path,
  token: randomBytes(12).toString("hex"),
  output,
  colour: process.stdout.isTTY && process.stdout.hasColors(),
  stops,
});
// Where a signal comes first, what becomes of the work no longer matters, only when.
const settled = work.then(
  () => undefined,
  () => undefined,
);

async function run(): Promise<Result> {
  const first = await Promise.race([work, ending]);
  if (typeof first === "string") return { status: signalStatus[first], keep: false };
  const { figures, programs } = first;
  const ok = figures.complaints.length === 0;
  if (options.exit) {
    output.say(`\n${JSON.stringify(figures)}`);
    return { status: ok ? 0 : 1, keep: !ok };
  }
  output.say("\nEverything keeps running. Ctrl-C ends it.");
  const crash = Promise.race(programs.map((program) => program.ended.then(() => program)));
  const last = await Promise.race([crash, ending]);
  if (typeof last !== "string") throw last.endedError();
  return { status: 0, keep: false };
}

function asResult(error: unknown): Result {
  if (!(error instanceof TestbedError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  return { status: 1, keep: true };
}

const { status, keep } = await run().catch(asResult);
if (!options.exit) output.say("\nEnding what was started ...");
await stops.all();
// Whatever was being started when the end began has been started, and ended, by then.
await settled;
if ((keep || options.keepLogs) && readdirSync(folder.path).length > 0) {
  folder.keep();
  process.stderr.write(`Logs are in ${folder.path}\n`);
} else {
  folder.remove();
}
process.exit(status);
