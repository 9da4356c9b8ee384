import { availableParallelism } from "node:os";
import { ensureBackbone, FEATURE_COUNT, openEngine } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { progressOn } from "@redspot/runtime";
import type { Command } from "commander";
import { computeFeatures } from "../features/compute-features.ts";
import { planFeatures } from "../features/plan-features.ts";
import { findLeaks } from "../split/find-leaks.ts";
import { TrainingError } from "../training-error.ts";
import { readCases, readSplit } from "../work-folder.ts";
import { DEFAULT_WORK, whole } from "./options.ts";

interface FeaturesOptions {
  work: string;
  cache: string;
  backbone?: string;
  device: "cpu" | "cuda";
  engineThreads: number;
  threads: number;
  all: boolean;
}

async function features(options: FeaturesOptions): Promise<void> {
  const { work, cache, backbone: sha256, device, engineThreads, threads, all } = options;
  const { cases, preprocessingVersion } = await readCases(work);
  if (preprocessingVersion !== PREPROCESSING_VERSION) {
    throw new TrainingError(
      "PREPROCESSING_CHANGED",
      `The inputs in ${work} were made with preprocessing ${preprocessingVersion}, and this is ${PREPROCESSING_VERSION}: run collect again.`,
    );
  }
  const split = await readSplit(work);
  if (!split.asPublished && findLeaks(cases, split.parts, []).length > 0) {
    throw new TrainingError(
      "SPLIT_LEAKS",
      "The split has one patient in two parts: redspot-train split --check tells which cases.",
    );
  }
  const plan = planFeatures(cases, split, { eightOfAll: all });
  const progress = progressOn(process.stderr);
  const backbone = await ensureBackbone({
    cacheDir: cache,
    ...(sha256 === undefined ? {} : { sha256 }),
    onProgress: (done, of) => progress.show("Making the backbone", done, of),
  });
  // No head is there yet: the features are taken, the logits left.
  const head = { weights: new Float32Array(FEATURE_COUNT), bias: 0 };
  const engine = await openEngine({
    engine: "onnxruntime",
    device,
    threads: engineThreads,
    backbonePath: backbone.path,
    head,
  });
  let computed = 0;
  try {
    const { rows } = await computeFeatures(plan, {
      work,
      seed: split.seed,
      engine,
      backbone,
      threads,
      onProgress: (done, of, fresh) => {
        computed = fresh;
        progress.show("Images to features", done, of);
      },
    });
    progress.end();
    process.stdout.write(
      `${rows.length} images of ${plan.length} cases: ${computed} computed, ${rows.length - computed} found in the cache.\n`,
    );
  } finally {
    progress.end();
    await engine.close();
  }
}

export function addFeatures(program: Command): void {
  program
    .command("features")
    .description(
      "Augments the training part eightfold and takes the pooled features of every image by the engine that serves. " +
        "Stopped and run again, it goes on where it was.",
    )
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option("--cache <folder>", "where the backbone is kept", ".cache")
    .option("--backbone <sha256>", "backbone of the cache to use, by its hash (default: the embedded one)")
    .option("--device <cpu|cuda>", "where the network runs", "cpu")
    .option("--engine-threads <count>", "threads of the network on the CPU", whole(1), availableParallelism())
    .option(
      "--threads <count>",
      "threads that read and augment",
      whole(1),
      Math.max(1, Math.floor(availableParallelism() / 4)),
    )
    .option("--all", "eight images of every case but those of the final set, as optimism needs them", false)
    .action(features);
}
