import type { Estimate } from "@redspot/model";
import { areaUnderCurve } from "@redspot/statistics";
import type { HeadOptions } from "../train/head-options.ts";
import { logitsOf } from "../train/logits.ts";
import { trainHead } from "../train/train-head.ts";
import { type Case, type Features, imagesOf, type Split } from "../work-folder.ts";
import type { NearDuplicate } from "./find-leaks.ts";
import { splitCases } from "./split-cases.ts";

/** How a head does on the testing part of its own split. */
export interface Performance {
  readonly images: number;
  /** Share of images on the right side of probability 0.5. */
  readonly accuracy: number;
  readonly auc: Estimate;
}

interface OptimismRepeat {
  readonly seed: number;
  /** Augmented first, split then. */
  readonly published: Performance;
  /** Split by patient first, the training part augmented then. */
  readonly byPatient: Performance;
}

export interface Optimism {
  readonly format: "redspot-optimism/1";
  readonly options: HeadOptions;
  readonly repeats: readonly OptimismRepeat[];
  /** Means over the repeats: published less by patient. */
  readonly accuracy: number;
  readonly auc: number;
}

export interface OptimismOptions {
  readonly cases: readonly Case[];
  /** The split of the work folder: its ratios and its final set, which stays untouched. */
  readonly split: Split;
  readonly features: Pick<Features, "images">;
  readonly nearDuplicates: readonly NearDuplicate[];
  readonly options: HeadOptions;
  /** Splits that are drawn of either kind, as one testing part says little. */
  readonly repeats: number;
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * How much too good the published order makes a classifier look, on the same cases: augmented before it is split, one
 * radiograph has copies in training and testing. Either way a head is trained the same, and tested on the testing part of
 * its own split. What the published order gains by it is no skill: nothing of it remains on the next patient.
 *
 * @throws {TrainingError} WORK_FILE_INVALID (features are missing), TOO_FEW_CASES, ONE_CLASS_ONLY
 */
export async function measureOptimism(given: OptimismOptions): Promise<Optimism> {
  const { split, repeats, options, onProgress } = given;
  const seeds = Array.from({ length: repeats }, (_, repeat) => split.seed + repeat);
  const done: OptimismRepeat[] = [];
  for (const [at, seed] of seeds.entries()) {
    const iterations = options.schedule.iterations;
    const tell = (before: number) => (now: number) =>
      onProgress?.((2 * at + before) * iterations + now, 2 * repeats * iterations);
    const published = await performanceOf({ ...given, seed, asPublished: true, onIterations: tell(0) });
    const byPatient = await performanceOf({ ...given, seed, asPublished: false, onIterations: tell(1) });
    done.push({ seed, published, byPatient });
  }
  const mean = (of: (repeat: OptimismRepeat) => number) => done.reduce((sum, one) => sum + of(one), 0) / done.length;
  return {
    format: "redspot-optimism/1",
    options,
    repeats: done,
    accuracy: mean(({ published, byPatient }) => published.accuracy - byPatient.accuracy),
    auc: mean(({ published, byPatient }) => published.auc.value - byPatient.auc.value),
  };
}

interface Trial extends OptimismOptions {
  readonly seed: number;
  readonly asPublished: boolean;
  readonly onIterations: (iterations: number) => void;
}

async function performanceOf(trial: Trial): Promise<Performance> {
  const { cases, split, features, nearDuplicates, options, seed, asPublished, onIterations } = trial;
  const finalEach = split.parts.final.length / 2;
  const made = splitCases(cases, { seed, ratios: split.ratios, finalEach, nearDuplicates, asPublished });
  const training = await features.images(imagesOf(made, "training"));
  const { head } = await trainHead({ training, options, seed, onProgress: onIterations });
  const testing = await features.images(imagesOf(made, "testing"));
  const logits = logitsOf(head, testing.features);
  const right = testing.labels.filter((label, row) => (label === 1) === logits[row]! > 0).length;
  return {
    images: logits.length,
    accuracy: right / logits.length,
    auc: areaUnderCurve(logits, testing.labels),
  };
}
