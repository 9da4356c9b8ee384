/** `head/`: the trained head, and how it came about. */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FEATURE_COUNT, type Head } from "@redspot/model";
import { z } from "zod";
import { TrainingError } from "../training-error.ts";
import { readWorkFile, writeWorkFile } from "../work-folder.ts";
import { headOptionsSchema } from "./head-options.ts";

export const TRAINING_FILE = "head/training.json";
/** 2,048 weights and then the bias, float32, little-endian: as a model package has it. */
export const HEAD_FILE = "head/head.f32";

const count = z.int().nonnegative();
const hash256 = z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits in lower case");
const fit = z.strictObject({ accuracy: z.number().min(0).max(1), crossEntropy: z.number().nonnegative() });
const part = z.strictObject({ images: count, fractures: count });

const foldSchema = z.strictObject({ ...fit.shape, auc: z.number().min(0).max(1) });
export type FoldResult = z.infer<typeof foldSchema>;

const searchSchema = z.strictObject({
  kind: z.enum(["grid", "random"]),
  folds: count,
  /** Every trial, not just the best: its options, and how each fold fared; null where its training diverged. */
  trials: z.array(
    z.strictObject({
      changes: z.record(z.string(), z.number()),
      folds: z.array(foldSchema.nullable()),
      /** Means over the folds, and the standard error of the first. */
      crossEntropy: z.number().nullable(),
      standardError: z.number().nullable(),
      accuracy: z.number().nullable(),
      auc: z.number().nullable(),
    }),
  ),
  /** Which trial had the lowest mean cross-entropy; the head was then trained with it on the whole training part. */
  chosen: count,
});
export type SearchResult = z.infer<typeof searchSchema>;

const trainingSchema = z.strictObject({
  format: z.literal("redspot-training/1"),
  engine: z.string().min(1),
  backbone: z.strictObject({ name: z.string().min(1), sha256: hash256 }),
  preprocessingVersion: z.string().min(1),
  options: headOptionsSchema,
  seed: z.int(),
  cases: z.strictObject({ training: part, validation: part.nullable() }),
  /** Iterations made, and the one whose head was kept. */
  iterations: count,
  kept: count,
  /** Figure 3 of Kim & MacKinnon: before each tenth iteration, on its minibatch and on the validation part. */
  curve: z.array(z.strictObject({ iteration: count, training: fit, validation: fit.nullable() })),
  search: searchSchema.nullable(),
  headSha256: hash256,
});
export type Training = z.infer<typeof trainingSchema>;

/** @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID */
export function readTraining(work: string): Promise<Training> {
  return readWorkFile(work, TRAINING_FILE, trainingSchema, "train");
}

/** The trained head, held to the hash that `training.json` gives.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID
 */
export async function readHead(work: string): Promise<Head> {
  const { headSha256 } = await readTraining(work);
  const bytes = await readFile(join(work, HEAD_FILE)).catch(() => new Uint8Array());
  if (sha256(bytes) !== headSha256) {
    throw new TrainingError(
      "WORK_FILE_INVALID",
      `${join(work, HEAD_FILE)} is not the head that ${TRAINING_FILE} tells of: run redspot-train train again.`,
    );
  }
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  return { weights: values.slice(0, FEATURE_COUNT), bias: values[FEATURE_COUNT]! };
}

/** Writes the head, and then how it came about. */
export async function writeTraining(
  work: string,
  head: Head,
  training: Omit<Training, "headSha256">,
): Promise<Training> {
  const bytes = new Uint8Array(Float32Array.of(...head.weights, head.bias).buffer);
  const whole = { ...training, headSha256: sha256(bytes) };
  await mkdir(join(work, "head"), { recursive: true });
  await writeWorkFile(work, HEAD_FILE, bytes);
  await writeWorkFile(work, TRAINING_FILE, whole);
  return whole;
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
