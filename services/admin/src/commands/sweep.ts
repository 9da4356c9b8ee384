import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { DicomWebError } from "@redspot/dicomweb";
import { Backlog, type Store, type Sweep, type SweepPlan } from "@redspot/queue";
import { describeConfig, progressOn } from "@redspot/runtime";
import { dicomDate, PacsStudies, politely } from "@redspot/sweep";
import { type Command, InvalidArgumentError } from "commander";
import { AdminError } from "../admin-error.ts";
import { type Environment, storeVariables, withStore } from "../connect.ts";
import { day } from "../day.ts";
import { pacsOf, pacsVariables } from "../pacs.ts";
import { operator, record } from "../record.ts";
import { countOnly } from "../sweep/count-only.ts";
import { doneOf, runSweep } from "../sweep/run-sweep.ts";
import { daysOf, describeReport, type SweepReport, sweepReport, written } from "../sweep/sweep-report.ts";

interface Days {
  from: Date;
  to: Date;
}

interface SweepCommandOptions {
  dryRun?: boolean;
  rate: number;
  modality: string[];
  oldestFirst?: boolean;
  unknownPart?: boolean;
  documentsToo?: boolean;
  only?: string;
  detach?: boolean;
  json?: boolean;
}

const HELP = `
A sweep goes day by day, the newest first. Stopped at any moment, the same command goes on with it. Studies are analysed
by the inference services for which REDSPOT_PACS_URL is set, only while no live study is in hand, and come on the reading
list behind all live studies, the most probable fractures first.

  redspot-admin sweep --from 2024-01-01 --to 2024-06-30 --dry-run
  redspot-admin sweep --from 2024-01-01 --to 2024-06-30
  redspot-admin sweep pause

Environment:
${describeConfig(pacsVariables)}`;

/** `redspot-admin sweep`: unreported wrist radiographs that lie in the PACS. */
export function addSweep(program: Command, environment: Environment): void {
  const command = program
    .command("sweep")
    .description("Finds unreported wrist radiographs that lie in the PACS, and has them analysed and put on the list.")
    // So that `sweep status --json` is the status's own.
    .enablePositionalOptions()
    .option("--from <day>", "first day, such as 2024-01-31", day)
    .option("--to <day>", "last day", day)
    .option("--dry-run", "only count what there is; nothing is queued")
    .option("--rate <n>", "most questions a second to the PACS", rate, 10)
    .option("--modality <list>", "modalities under which radiographs are kept", list, ["CR", "DX"])
    .option("--oldest-first", "begin with the oldest day")
    .option("--unknown-part", "sweep radiographs, too, of which the PACS does not tell the body part")
    .option("--documents-too", "sweep those, too, that have an encapsulated document, which may be no report")
    .option("--only <file>", "only the accession numbers or Study Instance UIDs in this file, one a line")
    .option("--detach", "return once all are queued, and let the workers go on")
    .option("--json", "the report as a JSON object, for programs")
    .addHelpText("after", HELP)
    .action(({ from, to, ...given }: Partial<Days> & SweepCommandOptions) => {
      if (!from || !to) return command.error("error: --from and --to say which days; see redspot-admin sweep --help");
      if (from > to) return command.error("error: --from is after --to: there are no days between them");
      return withStore(environment, (store) => sweep(store, environment, { from, to }, given));
    });

  const sub = (
    name: string,
    description: string,
    act: (backlog: Backlog, json: boolean, store: Store) => Promise<void>,
  ) =>
    command
      .command(name)
      .description(description)
      .option("--json", "as a JSON object, for programs")
      .addHelpText("after", storeVariables)
      .action(({ json = false }: { json?: boolean }) =>
        withStore(environment, async (store) => {
          const backlog = new Backlog(store);
          try {
            await act(backlog, json, store);
          } finally {
            await backlog.close();
          }
        }),
      );

  sub("status", "Tells how far the sweep is.", async (backlog, json) => {
    const current = await underWay(backlog);
    print(json ? JSON.stringify(current) : statusLine(current));
  });
  sub("pause", "Has the workers leave the backlog alone, once they have done with what they hold.", async (backlog) => {
    await underWay(backlog);
    await backlog.pause();
    print("Paused. redspot-admin sweep resume has it go on.");
  });
  sub("resume", "Has a paused sweep go on.", async (backlog) => {
    await underWay(backlog);
    await backlog.resume();
    print("Goes on.");
  });
  sub("report", "Tells what the sweep has come to, or what the last one came to.", async (backlog, json) => {
    const current = await backlog.current();
    const report = current ? await sweepReport(current, backlog, new Date()) : await backlog.lastReport();
    if (!report) throw noSweep();
    // A sweep that nobody waited for ends when somebody asks what it came to.
    if (current && (report as SweepReport).complete) await backlog.end(report);
    print(json ? JSON.stringify(report) : describeReport(report as SweepReport));
  });
  sub("cancel", "Ends the sweep: what waits is forgotten, what was analysed stays.", async (backlog, json, store) => {
    const current = await underWay(backlog);
    const report = await sweepReport(current, backlog, new Date());
    await backlog.end(report);
    await record(environment, store, { kind: "administration", by: operator(), command: "sweep cancel", count: 1 });
    print(json ? JSON.stringify(report) : describeReport(report));
  });
}

async function sweep(store: Store, environment: Environment, days: Days, given: SweepCommandOptions): Promise<void> {
  const { client } = pacsOf(environment);
  const only = given.only === undefined ? undefined : await readOnly(given.only);
  const plan = planOf(days, given, only);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const pacs = new PacsStudies({
    client,
    modalities: plan.modalities,
    ask: politely({
      rate: given.rate,
      signal: stop.signal,
      onWait: ({ code }, ms) => say(`The PACS does not answer (${code}): asked again in ${Math.ceil(ms / 1000)} s.`),
    }),
  });
  const options = { store, plan, pacs, only, progress: progressOn(process.stderr), say, signal: stop.signal };
  try {
    if (given.dryRun) {
      print(await countOnly(options, given.json ?? false));
      return;
    }
    await record(environment, store, { kind: "administration", by: operator(), command: "sweep", count: 1 });
    const report = await runSweep({ ...options, detach: given.detach ?? false, now: () => new Date() });
    if (report) print(given.json ? JSON.stringify(report) : describeReport(report));
    else print("All are queued. redspot-admin sweep status tells how far they are.");
  } catch (error) {
    throw stop.signal.aborted ? stopped() : pacsError(error);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function planOf({ from, to }: Days, given: SweepCommandOptions, only: ReadonlySet<string> | undefined): SweepPlan {
  return {
    from: dicomDate(from),
    to: dicomDate(to),
    oldestFirst: given.oldestFirst ?? false,
    modalities: given.modality,
    standings: [
      "unreported",
      ...(given.unknownPart ? ["part-unknown"] : []),
      ...(given.documentsToo ? ["document-only"] : []),
    ],
    // Which list it was, without what is in it.
    ...(only && {
      only: createHash("sha256")
        .update([...only].sort().join("\n"))
        .digest("hex"),
    }),
  };
}

async function readOnly(file: string): Promise<ReadonlySet<string>> {
  const content = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new AdminError("FILE_UNREADABLE", `${file} cannot be read (${error.code}).`);
  });
  const names = content.split(/\r?\n/).map((line) => line.trim());
  return new Set(names.filter((name) => name !== ""));
}

function stopped(): AdminError {
  return new AdminError(
    "STOPPED",
    "stopped. What is queued goes on being analysed (redspot-admin sweep pause halts that); the same command goes on here.",
  );
}

function pacsError(error: unknown): unknown {
  if (!(error instanceof DicomWebError)) return error;
  const passing = ["UNREACHABLE", "TIMED_OUT", "UNAVAILABLE"].includes(error.code);
  const wayOut = passing
    ? "Once it is back, the same command goes on where this one stopped."
    : "See REDSPOT_PACS_URL and REDSPOT_PACS_TOKEN, and whether the PACS serves QIDO-RS.";
  return new AdminError(passing ? "PACS_AWAY" : "PACS_REFUSED", `${error.message}. ${wayOut}`, { cause: error });
}

async function underWay(backlog: Backlog): Promise<Sweep> {
  const current = await backlog.current();
  if (!current) throw noSweep();
  return current;
}

function noSweep(): AdminError {
  return new AdminError("NO_SWEEP", "no sweep is under way. redspot-admin sweep --from --to begins one.");
}

function statusLine(current: Sweep): string {
  const { plan, daysDone, queued, paused } = current;
  return (
    `Sweep of ${written(plan.from)} to ${written(plan.to)}${paused ? ", paused" : ""}: ` +
    `${daysDone} of ${daysOf(current)} days looked through, ${doneOf(current)} of ${queued} studies done.`
  );
}

function rate(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError("A number above 0, at most 1000.");
  return value;
}

function list(text: string): string[] {
  const values = text.split(",").map((one) => one.trim().toUpperCase());
  // A code string (CS, PS3.5 6.2).
  if (values.some((one) => !/^[A-Z0-9_]{1,16}$/.test(one))) {
    throw new InvalidArgumentError("Modalities with commas between them, such as CR,DX.");
  }
  return values;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
