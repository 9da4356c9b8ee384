import { progressOn } from "@redspot/runtime";
import type { Command } from "commander";
import { readStruck } from "../collect/struck.ts";
import { findNearDuplicates } from "../split/find-leaks.ts";
import { hashCases } from "../split/hash-cases.ts";
import { measureOptimism, type Optimism, type Performance } from "../split/optimism.ts";
import { PAPER_OPTIONS } from "../train/head-options.ts";
import { FILES, openFeatures, readCases, readSplit, writeWorkFile } from "../work-folder.ts";
import { DEFAULT_WORK, whole } from "./options.ts";

interface OptimismCommandOptions {
  work: string;
  repeats: number;
  iterations: number;
}

async function optimism({ work, repeats, iterations }: OptimismCommandOptions): Promise<void> {
  const progress = progressOn(process.stderr);
  try {
    const struck = await readStruck(work);
    const cases = (await readCases(work)).cases.filter(({ id }) => !struck.has(id));
    const measured = await measureOptimism({
      cases,
      split: await readSplit(work),
      features: await openFeatures(work),
      nearDuplicates: findNearDuplicates(cases, await hashCases(work, cases)),
      options: { ...PAPER_OPTIONS, schedule: { ...PAPER_OPTIONS.schedule, iterations } },
      repeats,
      onProgress: (done, of) => progress.show("Training on either split", done, of),
    });
    progress.end();
    await writeWorkFile(work, FILES.optimism, measured);
    process.stdout.write(describe(measured));
  } finally {
    progress.end();
  }
}

function describe({ repeats, accuracy, auc }: Optimism): string {
  const line = (name: string, { images, accuracy: right, auc: { value, low, high } }: Performance) =>
    `  ${name.padEnd(22)} accuracy ${right.toFixed(3)}, area ${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}) on ${images} images\n`;
  const lines = repeats.map(
    ({ seed, published, byPatient }) =>
      `Seed ${seed}:\n${line("augmented, then split", published)}${line("split by patient", byPatient)}`,
  );
  const signed = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
  return `${lines.join("")}
Optimism of the published order, mean of ${repeats.length}: ${signed(accuracy)} in accuracy, ${signed(auc)} in area under the ROC curve.
What there is of it comes from copies of one radiograph on both sides, and nothing of that remains on the next patient. Where
the testing parts are small, chance may hide it or make it up. The intervals take images for independent, which copies are
not. The final set was not looked at.
`;
}

export function addOptimism(program: Command): void {
  program
    .command("optimism")
    .description(
      "Measures how much too good the published order (augment, then split) makes a classifier look on these cases, beside " +
        "a split by patient. Wants the features of all images: redspot-train features --all.",
    )
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option("--repeats <count>", "splits that are drawn of either kind", whole(1), 3)
    .option("--iterations <count>", "steps of each training", whole(1), PAPER_OPTIONS.schedule.iterations)
    .action(optimism);
}
