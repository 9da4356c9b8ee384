import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModelPackage, type Manifest, type ModelPackage, writeModelPackage } from "@redspot/model";
import type { Command } from "commander";
import { buildDemoPackage } from "../build-demo-package.ts";
import { progressOn } from "../progress.ts";
import { PAPER_SCHEDULE } from "../train/schedule.ts";
import { whole } from "./options.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface DemoPackageOptions {
  out: string;
  cache: string;
  training: number;
  calibration: number;
  test: number;
  seed: number;
  threads: number;
  check: boolean;
}

const STAGES = { backbone: "Making the backbone", phantoms: "Phantoms to features", training: "Training the head" };

async function demoPackage(options: DemoPackageOptions): Promise<void> {
  const { out, cache, training, calibration, test, seed, threads, check } = options;
  const progress = progressOn(process.stderr);
  const content = await buildDemoPackage({
    sizes: { training, calibration, test },
    seed,
    schedule: PAPER_SCHEDULE,
    cacheDir: cache,
    threads,
    onProgress: (stage, done, of) => progress.show(STAGES[stage], done, of),
  });
  progress.end();
  const folder = check ? await mkdtemp(join(tmpdir(), "redspot-demo-package-")) : out;
  try {
    await writeModelPackage(folder, content);
    const made = await loadModelPackage(folder);
    process.stdout.write(describe(made));
    if (check) await compare(made, folder, out);
  } finally {
    if (check) await rm(folder, { recursive: true });
  }
}

function describe({ manifest, packageHash }: ModelPackage): string {
  const { auc, sensitivity, specificity, inconclusive, fractures, noFractures } = manifest.evaluation;
  const figure = ({ value, low, high }: Manifest["evaluation"]["auc"]) =>
    `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `
${manifest.name} ${manifest.version}, ${manifest.intendedUse} only, package ${packageHash}
On ${fractures} phantoms with and ${noFractures} without a fracture (95 % intervals):
  area under the ROC curve  ${figure(auc)}
  sensitivity               ${figure(sensitivity)}   at probability ${manifest.cutOff.value.toFixed(3)}
  specificity               ${figure(specificity)}
  inconclusive              ${figure(inconclusive)}
${manifest.statement}
`;
}

/** Holds a package made anew to the one that is there, and says how far apart they are. */
async function compare(made: ModelPackage, folder: string, out: string): Promise<void> {
  const kept = await loadModelPackage(out);
  const [a, b] = await Promise.all([folder, out].map((each) => readFile(join(each, "head.f32"))));
  if (a!.equals(b!) && made.packageHash === kept.packageHash) {
    process.stdout.write(`\nThe same package as in ${out}, to the bit.\n`);
    return;
  }
  const apart = Math.max(...kept.head.weights.map((weight, i) => Math.abs(weight - made.head.weights[i]!)));
  process.stdout.write(
    `\nNot the same as in ${out}: head weights differ by up to ${apart.toExponential(2)}. A processor with other instructions ` +
      "rounds otherwise; more than 0.001 means that phantoms, preprocessing or training have changed.\n",
  );
  process.exitCode = 1;
}

export function addDemoPackage(program: Command): void {
  program
    .command("demo-package")
    .description(
      "Makes the demonstration model package from computer-drawn phantoms: never for patients. The same options give the " +
        "same head, bit for bit on processors with the same instructions.",
    )
    .option("--out <folder>", "where the package goes", here("../../../inference/models/demo"))
    .option("--cache <folder>", "where the backbone is kept", ".cache")
    .option("--training <count>", "phantoms that the head is trained on", whole(4), 600)
    .option("--calibration <count>", "phantoms for calibration, cut-off and inconclusive band", whole(4), 300)
    .option("--test <count>", "phantoms for the figures in the manifest", whole(4), 300)
    .option("--seed <number>", "seed of the phantoms and of the training", whole(0), 1)
    .option("--threads <count>", "threads that make phantoms", whole(1), availableParallelism())
    .option("--check", "write nothing: make the package anew and compare it with the one in --out", false)
    .action(demoPackage);
}
