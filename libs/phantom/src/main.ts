import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SingleBar } from "cli-progress";
import { Command, InvalidArgumentError, Option } from "commander";
import { previewPng } from "./preview.ts";
import { makeStudies, type PhantomInstance, type PhantomStudy } from "./study.ts";
import { EXCLUSIONS, type Exclusion } from "./truth.ts";

interface Wishes {
  out: string;
  studies: number;
  seed: number;
  fractureShare: number;
  exclusionShare: number;
  exclusions: Exclusion[];
  oddityShare: number;
  redSpotShare: number;
  redSpotBias?: number;
  matrix?: { rows: number; columns: number };
  date?: string;
  png?: boolean;
  truth?: string;
}

const whole = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("Give a whole number, 0 or more.");
  return value;
};
const share = (text: string) => {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("Give a share between 0 and 1.");
  return value;
};
const date = (text: string) => {
  if (!/^\d{8}$/.test(text)) throw new InvalidArgumentError("Give a date as YYYYMMDD.");
  return text;
};
const matrix = (text: string) => {
  const [columns, rows] = text.split("x").map(Number);
  if (!columns || !rows || columns < 64 || rows < 64 || columns > 4096 || rows > 4096) {
    throw new InvalidArgumentError("Give columns x rows, each from 64 to 4096, as in 600x1200.");
  }
  return { columns, rows };
};
const exclusionList = (text: string) => {
  const list = text === "none" ? [] : text.split(",");
  const strange = list.find((one) => !EXCLUSIONS.includes(one as Exclusion));
  if (strange !== undefined) throw new InvalidArgumentError(`Give "none" or some of ${EXCLUSIONS.join(", ")}.`);
  return list as Exclusion[];
};

const program = new Command("phantom")
  .description(
    "Makes studies of invented wrists: synthetic lateral radiographs as DICOM, with and without fracture.\n" +
      "The same options make the same files. Nobody is in them: names, numbers and departments are invented.",
  )
  .requiredOption("--out <dir>", "where to write: one folder a study, named by its UID")
  .option("--studies <n>", "how many studies", whole, 10)
  .option("--seed <n>", "what everything is drawn from", whole, 1)
  .option("--fracture-share <share>", "share of all studies that show a fracture", share, 0.25)
  .option("--exclusion-share <share>", "share of all studies that must be excluded", share, 0.12)
  .addOption(
    new Option("--exclusions <list>", `which of them: "none" or a list of ${EXCLUSIONS.join(",")}`)
      .argParser(exclusionList)
      .default([...EXCLUSIONS], "all"),
  )
  .option("--oddity-share <share>", "share of studies from senders with gaps and habits of their own", share, 0.15)
  .option("--red-spot-share <share>", "how often the radiographer's flag is burnt in", share, 0.08)
  .option("--red-spot-bias <share>", "how often on fractures, where the flag is to tell of them", share)
  .option("--matrix <size>", "columns x rows of every image; a department's sizes unless given", matrix)
  .option("--date <date>", "Study Date, YYYYMMDD", date)
  .option("--png", "write a PNG preview beside each instance")
  .option("--truth <file>", "write what is true of each study and instance, as JSON")
  .showHelpAfterError();

/** What is written about an instance: its UID and the truth, nothing of the invented patient. */
const record = (study: PhantomStudy) => ({
  studyInstanceUID: study.studyInstanceUID,
  truth: study.truth,
  oddities: study.oddities,
  instances: study.instances.map(({ sopInstanceUID, truth }) => ({ sopInstanceUID, truth })),
});

async function writeInstance(folder: string, instance: PhantomInstance, png: boolean): Promise<void> {
  await writeFile(join(folder, `${instance.sopInstanceUID}.dcm`), instance.bytes);
  if (png) await writeFile(join(folder, `${instance.sopInstanceUID}.png`), previewPng(instance.image));
}

async function main(): Promise<void> {
  const wishes = program.parse().opts<Wishes>();
  const studies = makeStudies({
    count: wishes.studies,
    seed: wishes.seed,
    fractureShare: wishes.fractureShare,
    exclusionShare: wishes.exclusionShare,
    exclusions: wishes.exclusions,
    oddityShare: wishes.oddityShare,
    redSpotShare:
      wishes.redSpotBias === undefined
        ? wishes.redSpotShare
        : { fracture: wishes.redSpotBias, noFracture: wishes.redSpotShare },
    ...(wishes.matrix ? { matrix: wishes.matrix } : {}),
    ...(wishes.date ? { date: wishes.date } : {}),
  });
  const bar = new SingleBar({
    format: "phantoms {bar} {value}/{total} studies, {eta_formatted} left",
    clearOnComplete: false,
  });
  bar.start(wishes.studies, 0);
  const truths = [];
  for (const study of studies) {
    const folder = join(wishes.out, study.studyInstanceUID);
    await mkdir(folder, { recursive: true });
    for (const instance of study.instances) await writeInstance(folder, instance, wishes.png ?? false);
    truths.push(record(study));
    bar.increment();
  }
  bar.stop();
  if (wishes.truth) await writeFile(wishes.truth, `${JSON.stringify(truths, null, 2)}\n`);
}

await main();
