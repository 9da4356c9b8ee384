import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModelPackage, type ModelPackage } from "@redspot/model";
import { progressOn } from "@redspot/runtime";
import type { Command } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { kit } from "../kit.ts";
import { figure } from "../report/words.ts";
import { sizesAt } from "../reproduce/plan-phantoms.ts";
import { type Reproduced, reproduce } from "../reproduce/reproduce.ts";
import { real, whole } from "./options.ts";
import { describe } from "./publish.ts";

interface ReproduceCommandOptions {
  work: string;
  cache: string;
  scale: number;
  final?: number;
  ratios?: string;
  seed: number;
  iterations?: number;
  retest: number;
  threads: number;
  out?: string;
  check?: boolean;
}

async function run(given: ReproduceCommandOptions, out: string, command: string): Promise<Reproduced> {
  const { work, cache: cacheDir, scale, final, ratios, seed, iterations, retest, threads } = given;
  const progress = progressOn(process.stderr);
  const seconds: [string, number][] = [];
  const reproduced = await reproduce({
    work,
    cacheDir,
    sizes: {
      ...sizesAt(scale),
      ...(final === undefined ? {} : { finalEach: final }),
      ...(ratios === undefined ? {} : { ratios }),
    },
    seed,
    iterations,
    retest,
    threads,
    out,
    command,
    softwareVersion: manifest.version,
    kit,
    onProgress: (done, of) => progress.show("Phantoms", done, of),
    onStep: (step, took) => {
      progress.end();
      if (took === undefined) process.stdout.write(`\n> ${step}\n`);
      else seconds.push([step.split(" ")[0]!, took]);
    },
  });
  process.stdout.write(describe(reproduced.made));
  const total = seconds.reduce((sum, [, each]) => sum + each, 0);
  const steps = seconds.map(([step, each]) => `${step} ${Math.round(each)}`).join(", ");
  process.stdout.write(`\nIt took ${(total / 60).toFixed(1)} minutes here (seconds: ${steps}).\n`);
  return reproduced;
}

/** The paper's figures beside these. */
function besidePaper({ evaluation }: Reproduced): string {
  const { auc, sensitivity, specificity, fractures, noFractures } = evaluation;
  const row = (name: string, paper: string, own: string) => `  ${name.padEnd(24)}${paper.padEnd(26)}${own}\n`;
  return `
SYNTHETIC: what stands on the right was found on computer-drawn phantoms. It shows that the procedure runs from end to end
as the paper describes it. It says nothing about radiographs of people, and is not to be compared with what does.

${row("", "Kim & MacKinnon 2018", "this run, on phantoms")}${row("final test", "50 + 50 patients", `${fractures} + ${noFractures} phantoms`)}${row("area under the curve", "0.954", figure(auc, 3))}${row("sensitivity", "0.90 (0.79 to 0.96)", figure(sensitivity))}${row("specificity", "0.88 (0.76 to 0.94)", figure(specificity))}
The paper's intervals are Wilson's for 50 cases; it gives none for these itself.
`;
}

async function reproducePaper(given: ReproduceCommandOptions): Promise<void> {
  const out = given.out ?? join(given.work, "package");
  const command = `redspot-train reproduce-paper --scale ${given.scale} --seed ${given.seed}`;
  process.stdout.write(besidePaper(await run(given, out, command)));
  process.stdout.write(`\nReport: ${join(given.work, "report.html")}\nPackage: ${out}\n`);
}

const DEMO = fileURLToPath(new URL("../../../inference/models/demo", import.meta.url));

async function demoPackage(given: ReproduceCommandOptions): Promise<void> {
  const { check, out = DEMO } = given;
  const folder = check ? await mkdtemp(join(tmpdir(), "redspot-demo-package-")) : out;
  try {
    const { made } = await run(given, folder, "npm run demo-package");
    if (check) await compare(made, folder, out);
  } finally {
    if (check) await rm(folder, { recursive: true });
  }
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

interface Defaults {
  readonly work: string;
  readonly scale: number;
  readonly final?: number;
  readonly ratios?: string;
}

function withOptions(command: Command, { work, scale, final, ratios }: Defaults): Command {
  return command
    .option("--work <folder>", "the work folder; its phantoms take 4 GB at the paper's sizes", work)
    .option("--cache <folder>", "where the backbone is kept", ".cache")
    .option("--scale <part>", "part of the paper's sizes: 0.1 for a trial", real(0.02, 10), scale)
    .option("--final <count>", "phantoms of either class in the final set (default: by scale)", whole(2), final)
    .option(
      "--ratios <a:b:c>",
      "shares of training, validation and testing (default: the paper's, or by scale)",
      ratios,
    )
    .option("--seed <number>", "seed of everything that is drawn", whole(0), 1)
    .option("--iterations <count>", "steps of the descent (default: the paper's 20,000)", whole(1))
    .option("--retest <cases>", "cases that are tested again under small changes", whole(0), 50)
    .option("--threads <count>", "threads that make phantoms", whole(1), availableParallelism())
    .option("--out <folder>", "where the package goes");
}

/** Fewer to train on, as drawings teach more quickly than patients; more to calibrate on; as many as the paper to test on. */
const DEMO_DEFAULTS = { work: ".cache/demo-package", scale: 0.4, final: 50, ratios: "60:25:15" };

/** Adds `reproduce-paper` and `demo-package`, which both run the whole kit on phantoms. */
export function addReproducePaper(program: Command): void {
  withOptions(program.command("reproduce-paper"), { work: ".cache/reproduction", scale: 1 })
    .description(
      "Runs the whole kit on phantoms at the paper's sizes (1,389 + 100 radiographs, eightfold) and prints the paper's figures " +
        "beside its own: synthetic, never about patients.",
    )
    .action(reproducePaper);
  withOptions(program.command("demo-package"), DEMO_DEFAULTS)
    .description(
      "Makes the demonstration model package of the inference service in the same way, at two fifths of the paper's sizes: " +
        "never for patients. The same options give the same head, bit for bit on processors with the same instructions.",
    )
    .option("--check", "write nothing: make the package anew and compare it with the one in --out", false)
    .action(demoPackage);
}
