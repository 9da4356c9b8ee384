import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { DicomWebClient } from "@redspot/dicomweb";
import { progressOn } from "@redspot/runtime";
import { type Command, Option } from "commander";
import { collectCases } from "../collect/collect-cases.ts";
import { contactSheet } from "../collect/contact-sheet.ts";
import { describeFlow, drawFlow, flowOf } from "../collect/flow-diagram.ts";
import { offerOfFolder } from "../collect/folder-source.ts";
import { readLabelFile } from "../collect/label-file.ts";
import { offerOfPacs } from "../collect/pacs-source.ts";
import type { Offer } from "../collect/source.ts";
import { TrainingError } from "../training-error.ts";
import { FILES, onDisk, writeWorkFile } from "../work-folder.ts";
import { DEFAULT_WORK, whole } from "./options.ts";

interface CollectCommandOptions {
  work: string;
  pacs?: string;
  pacsToken?: string;
  folder?: string;
  labels?: string;
  threads: number;
  parallel?: number;
}

type Progress = ReturnType<typeof progressOn>;

async function collect(options: CollectCommandOptions): Promise<void> {
  const { work, threads } = options;
  // A disk gives what is asked for; a PACS has others to serve.
  const { parallel = options.folder === undefined ? 2 : threads + 1 } = options;
  const progress = progressOn(process.stderr);
  try {
    const offer = await offerOf(options, progress);
    await onDisk(() => mkdir(work, { recursive: true }));
    let computed = 0;
    const made = await collectCases(offer, {
      work,
      threads,
      parallel,
      onProgress: (done, of, fresh) => {
        computed = fresh;
        progress.show("Preparing images", done, of);
      },
    });
    progress.end();
    const flow = flowOf(made, offer.rows);
    const diagram = drawFlow(flow, offer.rows, made.cases);
    await writeWorkFile(work, FILES.flow, diagram);
    await writeWorkFile(work, FILES.contactSheet, contactSheet(made.cases, diagram));
    process.stdout.write(`${describeFlow(flow, offer.rows)}\n${tell(work, made.cases.length, computed)}`);
    demandBothClasses(made.cases.filter(({ label }) => label === "fracture").length, made.cases.length);
  } finally {
    progress.end();
  }
}

async function offerOf({ pacs, pacsToken, folder, labels }: CollectCommandOptions, progress: Progress): Promise<Offer> {
  const file = labels === undefined ? undefined : await readLabelFile(labels);
  if (folder !== undefined) {
    return offerOfFolder({
      folder,
      ...(labels === undefined || file === undefined ? {} : { labels: { path: labels, file } }),
      onProgress: (done, of) => progress.show("Reading headers", done, of),
    });
  }
  if (pacs === undefined || file === undefined) {
    throw new TrainingError(
      "SOURCE_UNREADABLE",
      "Say where the images are: --folder <folder>, or --pacs <url> together with --labels <file>.",
    );
  }
  return offerOfPacs({
    client: new DicomWebClient({
      url: pacs,
      ...(pacsToken === undefined ? {} : { authorization: `Bearer ${pacsToken}` }),
    }),
    labels: file,
    onProgress: (done, of) => progress.show("Asking the PACS", done, of),
  });
}

function tell(work: string, cases: number, computed: number): string {
  return `${cases} cases in ${work}, ${computed} images prepared now. Look through ${work}/${FILES.contactSheet} before you go on: what you
strike there (${FILES.struck}) the next collect, and split, leave out. Who was left out: ${work}/${FILES.flow}.
`;
}

function demandBothClasses(fractures: number, cases: number): void {
  if (fractures > 0 && fractures < cases) return;
  throw new TrainingError(
    "ONE_CLASS_ONLY",
    `There are ${fractures} cases with and ${cases - fractures} without a fracture: a classifier is trained on both. The list above tells what was left out.`,
  );
}

export function addCollect(program: Command): void {
  program
    .command("collect")
    .description(
      "Makes cases of a department's lateral wrist radiographs, prepared as serving prepares them, without anything that " +
        "names a patient. Stopped and run again, it goes on where it was.",
    )
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option("--pacs <url>", "root of the PACS's DICOMweb services, such as http://pacs:8042/dicom-web")
    .addOption(new Option("--pacs-token <token>", "bearer token for the PACS").env("REDSPOT_PACS_TOKEN"))
    .option(
      "--folder <folder>",
      "folder of DICOM, JPEG or PNG files; its sub-folders' names are labels unless --labels is given",
    )
    .option(
      "--labels <file>",
      "CSV with a heading: study, accession or file; label; and where known side, subtype, plaster, other_fracture, inconclusive, patient, age, sex, view",
    )
    .option("--threads <count>", "threads that prepare images", whole(1), availableParallelism())
    .option("--parallel <count>", "images under way at a time (default: 2 from a PACS, else threads + 1)", whole(1))
    .action(collect);
}
