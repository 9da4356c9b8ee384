import { type Reconciliation, reconcile } from "@redspot/recovery";
import { describeConfig, progressOn } from "@redspot/runtime";
import { politely } from "@redspot/sweep";
import { type Command, InvalidArgumentError } from "commander";
import { type Environment, spoolVariables, withSpool } from "../connect.ts";
import { pacsOf, pacsVariables } from "../pacs.ts";
import { reportsInPacs } from "../reports-in-pacs.ts";

interface Given {
  dryRun: boolean;
  json: boolean;
  pacs: boolean;
  rate: number;
}

/** `redspot-admin reconcile`: makes spool and Redis agree again, as the Store service does by itself now and then. */
export function addReconcile(program: Command, environment: Environment): void {
  program
    .command("reconcile")
    .description(
      "Makes spool, Redis and queues agree again, whatever was lost: notes what the spool holds, restores findings, " +
        "puts studies back on the list and queues the steps that are missing. The Store service does so by itself at its " +
        "start, when Redis comes back, and every few minutes. It may run beside everything, and more than once. With " +
        "--pacs the PACS is asked, too, whether it holds the reports that it has taken: one that it does not is sent again.",
    )
    .option("--dry-run", "say what would be done, and do nothing", false)
    .option("--json", "the result as a JSON object, for programs", false)
    .option("--pacs", "ask the PACS for the report of each study: one question a study", false)
    .option("--rate <n>", "most questions a second to the PACS", rate, 10)
    .addHelpText("after", `${spoolVariables}\nWith --pacs:\n${describeConfig(pacsVariables)}`)
    .action(({ dryRun, json, pacs, rate: most }: Given) => {
      // Before anything is done: a mistake in its address is to be told at once.
      const asked = pacs ? { pacs: reportsInPacs(pacsOf(environment).client, politely({ rate: most })) } : {};
      return withSpool(environment, async (store, spool) => {
        const progress = progressOn(process.stderr);
        const onProgress = (where: string, done: number, of: number) =>
          progress.show(`Looking into ${where}`, done, of);
        const result = await reconcile({ spool, store, dryRun, ...asked, ...(json ? {} : { onProgress }) });
        progress.end();
        process.stdout.write(`${json ? JSON.stringify(result) : described(result)}\n`);
      });
    });
}

function rate(given: string): number {
  const value = Number(given);
  if (!(value > 0)) throw new InvalidArgumentError("A number above 0.");
  return value;
}

function described(result: Reconciliation): string {
  const { dryRun, studies, instances, strays, unreadable, unsendable, queued } = result;
  const counts: [number, string][] = [
    [result.instancesNoted, "instances of the spool that Redis did not know: noted"],
    [result.findingsRestored, "findings that Redis had lost: restored"],
    [result.findingsRecorded, "findings that the spool did not remember: recorded"],
    [result.reportsRecorded, "stored reports that the spool did not remember: recorded"],
    [result.reportsFound, "reports that the PACS holds though nobody knew of it: recorded"],
    [result.reportsMissing - unsendable.length, "stored reports that the PACS does not hold: sent again"],
    [
      unsendable.length,
      "stored reports that the PACS does not hold, and whose images are gone: push these studies again",
    ],
    [result.listed, "studies that were on no list: put back"],
    ...Object.entries(queued).map(([queue, count]): [number, string] => [count, `jobs missing from ${queue}: queued`]),
    [result.promoted, "jobs that a wrong clock had put off: due now"],
  ];
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${String(count).padStart(8)}  ${what}`);
  const paths = [
    ...unsendable.map((study) => `          ${study}: its images are no longer in the spool`),
    ...strays.map((path) => `          ${path}: none of the spool's files, left as it is`),
    ...unreadable.map((name) => `          ${name}: cannot be read, left as it is`),
  ];
  return [
    `The spool holds ${studies} studies with ${instances} instances.`,
    ...(told.length === 0 ? ["Nothing is missing."] : told),
    ...paths,
    ...(dryRun && told.length > 0 ? ["This was a dry run: nothing was done."] : []),
  ].join("\n");
}
