import { isUid } from "@redspot/dicom";
import { forgetStudies, ReadingList, type Store, type StudyTraces } from "@redspot/queue";
import { progressOn } from "@redspot/runtime";
import type { FileSpool } from "@redspot/spool";
import { type Command, InvalidArgumentError } from "commander";
import { AdminError } from "../admin-error.ts";
import { type Environment, spoolVariables, withSpool } from "../connect.ts";
import { day } from "../day.ts";
import { operator, record } from "../record.ts";

interface Given {
  completedBefore?: Date;
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

/** Why a study is not forgotten. */
type StillNeeded = "under way" | "unread" | "has jobs";

type PartOfSpool = Pick<FileSpool, "countFiles" | "removeStudy">;

/** The names of all keys in Redis are gone through for so many studies together. */
const TOGETHER = 500;

const HELP = `
Delete the study in the PACS first: the PACS would push it again. Reports that Redspot has sent are in the PACS, and are deleted there.
Backups and logs are not touched. A study that comes again is a new one.

With --completed-before, for whatever is kept no longer than some time, as from cron:

  redspot-admin forget --completed-before 2024-01-01 --dry-run
`;

/** `redspot-admin forget`: deletes all that Redspot has of studies, for patients whose data is to be deleted, or whose time is over. */
export function addForget(program: Command, environment: Environment): void {
  const command = program
    .command("forget")
    .description(
      "Deletes all that Redspot has of studies: images, previews, findings and records in the spool; line, history, " +
        "verdict, workitems and jobs in Redis.",
    )
    .argument("[study...]", "Study Instance UIDs", collectUids)
    .option("--completed-before <day>", "all that were completed or withdrawn before this day (UTC)", day)
    .option("--dry-run", "say what there is, and delete nothing", false)
    .option("--unread", "also a study that is still to be read: it leaves the reading list", false)
    .option("--json", "one JSON object a study, for programs", false)
    .addHelpText("after", `${HELP}${spoolVariables}`)
    .action((studies: string[], given: Given) => {
      const { completedBefore } = given;
      if ((studies.length === 0) === (completedBefore === undefined)) {
        return command.error("error: say which studies, by their UIDs or by --completed-before");
      }
      if (completedBefore && completedBefore.getTime() > Date.now()) {
        return command.error("error: the day of --completed-before is still to come");
      }
      if (completedBefore && given.unread) return command.error("error: --unread goes with Study Instance UIDs");
      return withSpool(environment, async (store, spool) => {
        const audit = async (studyInstanceUID: string) => {
          const act = { kind: "forget", by: operator(), study: studyInstanceUID } as const;
          if (!given.dryRun) await record(environment, store, act);
        };
        if (completedBefore) await forgetCompleted(store, spool, completedBefore, given, audit);
        for (const study of studies) {
          const forgotten = await forget(store, spool, study, given);
          await audit(study);
          process.stdout.write(`${given.json ? JSON.stringify(forgotten) : described(forgotten)}\n`);
        }
      });
    });
}

/** Deletes what there is of a study, or only counts it. Throws AdminError STILL_NEEDED. */
export async function forget(
  store: Store,
  spool: PartOfSpool,
  studyInstanceUID: string,
  options: Pick<Given, "dryRun" | "unread">,
): Promise<Forgotten> {
  const needed = ({ isUnderWay, isOpen }: StudyTraces): StillNeeded | undefined => {
    if (options.dryRun) return undefined;
    if (isUnderWay) return "under way";
    return isOpen && !options.unread ? "unread" : undefined;
  };
  const { forgotten, left } = await forgetAll(store, spool, [studyInstanceUID], options.dryRun, needed);
  const why = left.get(studyInstanceUID);
  if (why === "under way") {
    throw new AdminError("STILL_NEEDED", `${studyInstanceUID} is being worked on: try again in a minute.`);
  }
  if (why === "unread") {
    throw new AdminError(
      "STILL_NEEDED",
      `${studyInstanceUID} is still to be read. Complete it first, or add --unread: it leaves the reading list unread then.`,
    );
  }
  return forgotten[0]!;
}

async function forgetCompleted(
  store: Store,
  spool: PartOfSpool,
  before: Date,
  { dryRun, json }: Given,
  audit: (study: string) => Promise<void>,
): Promise<void> {
  const studies = await new ReadingList(store).endedBefore(before.getTime());
  // A report that has not reached the PACS, a dead letter: somebody has to see to it first.
  const needed = ({ isOpen, jobs }: StudyTraces): StillNeeded | undefined => {
    if (isOpen) return "unread";
    return jobs > 0 ? "has jobs" : undefined;
  };
  const progress = progressOn(process.stderr);
  const total: Forgotten = { studyInstanceUID: "", dryRun, files: 0, keys: 0, places: 0, jobs: 0 };
  let count = 0;
  for (let at = 0; at < studies.length; at += TOGETHER) {
    progress.show(dryRun ? "looked for" : "forgotten", at, studies.length);
    const some = studies.slice(at, at + TOGETHER);
    const { forgotten } = await forgetAll(store, spool, some, dryRun, needed);
    for (const one of forgotten) {
      await audit(one.studyInstanceUID);
      if (json) process.stdout.write(`${JSON.stringify(one)}\n`);
      for (const what of ["files", "keys", "places", "jobs"] as const) total[what] += one[what];
    }
    count += forgotten.length;
  }
  progress.end();
  if (json) return;
  const left = studies.length - count;
  const day = before.toISOString().slice(0, 10);
  process.stdout.write(
    `Of ${count} studies that were completed or withdrawn before ${day}: ${had(total)}.\n` +
      (left > 0 ? `${left} more are left: they have jobs still, or are to be read again.\n` : ""),
  );
}

/** Those that are still needed are left, and it is said why. */
async function forgetAll(
  store: Store,
  spool: PartOfSpool,
  studies: readonly string[],
  dryRun: boolean,
  needed: (traces: StudyTraces) => StillNeeded | undefined,
): Promise<{ forgotten: Forgotten[]; left: Map<string, StillNeeded> }> {
  const left = new Map<string, StillNeeded>();
  const traces = await forgetStudies(store, studies, { dryRun: true });
  const files = new Map<string, number>();
  for (const [study, found] of traces) {
    const why = needed(found);
    if (why !== undefined) left.set(study, why);
    // The spool first: of what it still held, reconciling would note the study again.
    else files.set(study, dryRun ? await spool.countFiles(study) : await spool.removeStudy(study));
  }
  if (!dryRun) {
    const gone = await forgetStudies(store, [...files.keys()], { dryRun: false });
    // A worker may have taken one up meanwhile, and then nothing of it is forgotten.
    for (const [study, { isUnderWay }] of gone) if (isUnderWay) left.set(study, "under way");
  }
  const forgotten = [...files].flatMap(([studyInstanceUID, count]): Forgotten[] => {
    if (left.has(studyInstanceUID)) return [];
    const { keys, places, jobs } = traces.get(studyInstanceUID)!;
    return [{ studyInstanceUID, dryRun, files: count, keys: keys.length, places, jobs }];
  });
  return { forgotten, left };
}

function described(forgotten: Forgotten): string {
  const { studyInstanceUID, files, keys, places, jobs } = forgotten;
  if (files + keys + places + jobs === 0) return `${studyInstanceUID}: nothing is known of it.`;
  return `${studyInstanceUID}: ${had(forgotten)}.`;
}

function had({ dryRun, files, keys, places, jobs }: Forgotten): string {
  const verb = dryRun ? "there are" : "deleted";
  return `${verb} ${files} files in the spool; in Redis ${keys} keys, ${places} places on lists, ${jobs} jobs`;
}

function collectUids(uid: string, before: string[] | undefined): string[] {
  if (!isUid(uid)) throw new InvalidArgumentError("Give a Study Instance UID: digits and dots, at most 64 characters.");
  return [...(before ?? []), uid];
}
