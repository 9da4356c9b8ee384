import { join } from "node:path";
import type { ModelPackage } from "@redspot/model";
import type { Command } from "commander";
import { type Evaluation, readEvaluation } from "../evaluate/evaluation-file.ts";
import { publish } from "../publish/publish.ts";
import { readTrainedModel } from "../trained-model.ts";
import { makePhantoms } from "./make-phantoms.ts";
import { planPhantoms, type Sizes } from "./plan-phantoms.ts";

export interface ReproduceOptions {
  readonly work: string;
  readonly cacheDir: string;
  readonly sizes: Sizes;
  readonly seed: number;
  /** Steps of the descent; the paper's where left out. */
  readonly iterations?: number | undefined;
  /** Cases that are tested again under small changes. */
  readonly retest: number;
  readonly threads: number;
  /** Folder of the package. */
  readonly out: string;
  /** The command that makes the package again. */
  readonly command: string;
  readonly softwareVersion: string;
  /** The kit's commands, as a department gives them. */
  readonly kit: () => Command;
  readonly onProgress: (done: number, of: number) => void;
  /** Told each step before it runs, and how long it took. */
  readonly onStep: (step: string, seconds?: number) => void;
}

export interface Reproduced {
  readonly evaluation: Evaluation;
  readonly made: ModelPackage;
}

/**
 * The whole kit on phantoms: they are made as a folder of DICOM files with a label file, and from there on every step is the
 * command that a department gives. Stopped and run again, it goes on where it was.
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduced> {
  const { work, cacheDir, sizes, seed, threads, kit, onProgress, onStep } = options;
  const step = async (name: string, run: () => Promise<unknown>) => {
    onStep(name);
    const started = performance.now();
    await run();
    onStep(name, (performance.now() - started) / 1000);
  };
  const command = (...words: string[]) =>
    step(words.join(" "), () => kit().parseAsync([...words, "--work", work], { from: "user" }));

  const folder = join(work, "phantoms");
  const labels = join(folder, "labels.csv");
  await step("phantoms", () => makePhantoms(planPhantoms(sizes, seed), { folder, threads, onProgress }));
  await command("collect", "--folder", join(folder, "dicom"), "--labels", labels);
  await command("split", "--final", String(sizes.finalEach), "--ratios", sizes.ratios, "--seed", String(seed));
  await command("features", "--cache", cacheDir);
  const iterations = options.iterations === undefined ? [] : ["--iterations", String(options.iterations)];
  await command("train", "--seed", String(seed), ...iterations);
  await command("calibrate", "--seed", String(seed), "--band", "share:0.1");
  // The final set is used once, also where this is run again.
  if (!(await isEvaluated(work)))
    await command("evaluate", "--final", "--retest", String(options.retest), "--cache", cacheDir);
  await command("report", "--cache", cacheDir);
  const made = await publish(work, {
    out: options.out,
    name: "demonstration",
    version: "2.0.0",
    intendedUse: "demonstration",
    required: {},
    cacheDir,
    softwareVersion: options.softwareVersion,
    command: options.command,
    about: { phantoms: { ...sizes }, seed },
  });
  return { evaluation: await readEvaluation(work), made };
}

async function isEvaluated(work: string): Promise<boolean> {
  const evaluation = await readEvaluation(work).catch(() => undefined);
  const { model } = await readTrainedModel(work);
  return (
    evaluation?.part === "final" &&
    evaluation.headSha256 === model.headSha256 &&
    evaluation.calibrationSha256 === model.calibrationSha256
  );
}
