import { isUid } from "@redspot/dicom";
import { forgetStudy, type Store } from "@redspot/queue";
import type { FileSpool } from "@redspot/spool";
import { type Command, InvalidArgumentError } from "commander";
import { AdminError } from "../admin-error.ts";
import { type Environment, spoolVariables, withSpool } from "../connect.ts";
import { operator, record } from "../record.ts";

interface Given {
  dryRun: boolean;
  unread: boolean;
  json: boolean;
}

interface Forgotten {
  studyInstanceUID: string;
  dryRun: boolean;
  /** Images, previews and records in the spool. */
  files: number;
  keys: number;
  places: number;
  jobs: number;
}

const HELP = `
Delete the study in the PACS first: the PACS would push it again. Reports that Redspot has sent are in the PACS, and are deleted there.
Backups and logs are not touched. A study that comes again is a new one.
`;

/** `redspot-admin forget`: deletes all that Redspot has of a study, for a patient whose data is to be deleted. */
export function addForget(program: Command, environment: Environment): void {
  program
    .command("forget")
    .description(
      "Deletes all that Redspot has of studies: images, previews, findings and records in the spool; line, history, " +
        "verdict, workitems and jobs in Redis.",
    )
    .argument("<study...>", "Study Instance UIDs", collectUids)
    .option("--dry-run", "say what there is, and delete nothing", false)
    .option("--unread", "also a study that is still to be read: it leaves the reading list", false)
    .option("--json", "one JSON object a study, for programs", false)
    .addHelpText("after", `${HELP}${spoolVariables}`)
    .action((studies: string[], { dryRun, unread, json }: Given) =>
      withSpool(environment, async (store, spool) => {
        for (const studyInstanceUID of studies) {
          const forgotten = await forget(store, spool, studyInstanceUID, { dryRun, unread });
          if (!dryRun) await record(environment, store, { kind: "forget", by: operator(), study: studyInstanceUID });
          process.stdout.write(`${json ? JSON.stringify(forgotten) : described(forgotten)}\n`);
        }
      }),
    );
}

/** Deletes what there is of a study, or only counts it. Throws AdminError STILL_NEEDED. */
export async function forget(
  store: Store,
  spool: Pick<FileSpool, "countFiles" | "removeStudy">,
  studyInstanceUID: string,
  { dryRun, unread }: { dryRun: boolean; unread: boolean },
): Promise<Forgotten> {
  const { isOpen, isUnderWay, keys, places, jobs } = await forgetStudy(store, studyInstanceUID, { dryRun: true });
  if (!dryRun && isUnderWay) throw beingWorkedOn(studyInstanceUID);
  if (!dryRun && isOpen && !unread) {
    throw new AdminError(
      "STILL_NEEDED",
      `${studyInstanceUID} is still to be read. Complete it first, or add --unread: it leaves the reading list unread then.`,
    );
  }
  const files = dryRun ? await spool.countFiles(studyInstanceUID) : await spool.removeStudy(studyInstanceUID);
  // The spool first: of what it still held, reconciling would note the study again.
  if (!dryRun) {
    // A worker may have taken it up meanwhile, and then nothing is forgotten.
    const { isUnderWay: isTaken } = await forgetStudy(store, studyInstanceUID, { dryRun: false });
    if (isTaken) throw beingWorkedOn(studyInstanceUID);
  }
  return { studyInstanceUID, dryRun, files, keys: keys.length, places, jobs };
}

const beingWorkedOn = (study: string) =>
  new AdminError("STILL_NEEDED", `${study} is being worked on: try again in a minute.`);

function described({ studyInstanceUID, dryRun, files, keys, places, jobs }: Forgotten): string {
  const had = `${files} files in the spool; in Redis ${keys} keys, ${places} places on lists, ${jobs} jobs`;
  if (files + keys + places + jobs === 0) return `${studyInstanceUID}: nothing is known of it.`;
  return `${studyInstanceUID}: ${dryRun ? "there are" : "deleted"} ${had}.`;
}

function collectUids(uid: string, before: string[] | undefined): string[] {
  if (!isUid(uid)) throw new InvalidArgumentError("Give a Study Instance UID: digits and dots, at most 64 characters.");
  return [...(before ?? []), uid];
}
