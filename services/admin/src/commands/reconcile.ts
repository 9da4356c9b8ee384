import { type Reconciliation, reconcile } from "@redspot/recovery";
import { progressOn } from "@redspot/runtime";
import type { Command } from "commander";
import { type Environment, spoolVariables, withSpool } from "../connect.ts";

interface Given {
  dryRun: boolean;
  json: boolean;
}

/** `redspot-admin reconcile`: makes spool and Redis agree again, as the Store service does by itself now and then. */
export function addReconcile(program: Command, environment: Environment): void {
  program
    .command("reconcile")
    .description(
      "Makes spool, Redis and queues agree again, whatever was lost: notes what the spool holds, restores findings, " +
        "puts studies back on the list and queues the steps that are missing. The Store service does so by itself at its " +
        "start, when Redis comes back, and every few minutes. It may run beside everything, and more than once.",
    )
    .option("--dry-run", "say what would be done, and do nothing", false)
    .option("--json", "the result as a JSON object, for programs", false)
    .addHelpText("after", spoolVariables)
    .action(({ dryRun, json }: Given) =>
      withSpool(environment, async (store, spool) => {
        const progress = progressOn(process.stderr);
        const onProgress = (where: string, done: number, of: number) =>
          progress.show(`Looking into ${where}`, done, of);
        const result = await reconcile({ spool, store, dryRun, ...(json ? {} : { onProgress }) });
        progress.end();
        process.stdout.write(`${json ? JSON.stringify(result) : described(result)}\n`);
      }),
    );
}

function described(result: Reconciliation): string {
  const { dryRun, studies, instances, strays, unreadable, queued } = result;
  const counts: [number, string][] = [
    [result.instancesNoted, "instances of the spool that Redis did not know: noted"],
    [result.findingsRestored, "findings that Redis had lost: restored"],
    [result.findingsRecorded, "findings that the spool did not remember: recorded"],
    [result.reportsRecorded, "stored reports that the spool did not remember: recorded"],
    [result.listed, "studies that were on no list: put back"],
    ...Object.entries(queued).map(([queue, count]): [number, string] => [count, `jobs missing from ${queue}: queued`]),
    [result.promoted, "jobs that a wrong clock had put off: due now"],
  ];
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${String(count).padStart(8)}  ${what}`);
  const paths = [
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
