import { createHash } from "node:crypto";
import { TrainingError } from "../training-error.ts";
import { openFeatures, type PartFeatures, readCases } from "../work-folder.ts";
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from "./checkpoint-file.ts";
import { checkHeadOptions, type HeadOptions } from "./head-options.ts";
import { type SearchOptions, searchOptions } from "./search.ts";
import { withChanges } from "./search-space.ts";
import { TENSORFLOW } from "./tensorflow.ts";
import { trainHead } from "./train-head.ts";
import { type Training, writeTraining } from "./training-file.ts";

export interface TrainOptions {
  readonly options: Omit<HeadOptions, "classWeights">;
  /** `balanced`: either class weighs as much as the other, however many images it has; by default an image weighs 1. */
  readonly classWeights?: HeadOptions["classWeights"] | "none" | "balanced";
  readonly seed: number;
  readonly search?: SearchOptions | undefined;
  readonly onProgress?: (stage: "search" | "training", done: number, of: number) => void;
}

/** Cases of either class below which a head would learn nothing but these cases. */
const FEWEST = 10;

/**
 * Trains the head on the features of the work folder's training part, watches it on the validation part, and writes both
 * into `head/`. Stopped and run again, it goes on where it was, to the same head.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID, PART_EMPTY, ONE_CLASS_ONLY, TOO_FEW_CASES,
 * OPTIONS_INVALID, FEATURES_USELESS, TRAINING_DIVERGED, DISK_FULL
 */
export async function train(work: string, given: TrainOptions): Promise<Training> {
  const { seed, search, onProgress } = given;
  const [{ cases }, features] = await Promise.all([readCases(work), openFeatures(work)]);
  const training = await features.part("training");
  const validation = await features.part("validation");
  demandCases(training, search ? Math.max(FEWEST, search.folds) : FEWEST);
  if (given.options.earlyStopping !== null) demandValidation(validation);
  const options = checkHeadOptions({
    ...given.options,
    classWeights: weigh(given.classWeights ?? "none", training),
  });
  // Before anything is trained, a trial that makes no sense is refused.
  for (const changes of search?.trials ?? []) withChanges(options, changes);

  const data = hashOfParts(training, validation);
  const patients = new Map(cases.map(({ id, patient }) => [id, patient]));
  const searched =
    search &&
    (await searchOptions({
      ...search,
      work,
      key: hashOf({ engine: TENSORFLOW, data, options, seed, search }),
      training,
      patientOf: (id) => patients.get(id)!,
      options,
      seed,
      onProgress: (done, of) => onProgress?.("search", done, of),
    }));
  const chosen = searched ? withChanges(options, searched.trials[searched.chosen]!.changes) : options;

  const key = hashOf({ engine: TENSORFLOW, data, options: chosen, seed });
  const { head, curve, iterations, kept } = await trainHead({
    training,
    validation: validation.labels.length > 0 ? validation : undefined,
    options: chosen,
    seed,
    resumeFrom: await readCheckpoint(work, key),
    onCheckpoint: (checkpoint) => writeCheckpoint(work, key, checkpoint),
    onProgress: (done) => onProgress?.("training", done, chosen.schedule.iterations),
  });
  const { backbone, preprocessingVersion } = features.rows;
  const trained = await writeTraining(work, head, {
    format: "redspot-training/1",
    engine: TENSORFLOW,
    backbone,
    preprocessingVersion,
    options: chosen,
    seed,
    cases: { training: count(training), validation: validation.labels.length > 0 ? count(validation) : null },
    iterations,
    kept,
    curve: [...curve],
    search: searched ?? null,
  });
  await removeCheckpoint(work);
  return trained;
}

function weigh(
  wanted: NonNullable<TrainOptions["classWeights"]>,
  { labels }: PartFeatures,
): HeadOptions["classWeights"] {
  if (wanted === "none") return { fracture: 1, noFracture: 1 };
  if (wanted !== "balanced") return wanted;
  const positive = fractures(labels);
  return { fracture: labels.length / (2 * positive), noFracture: labels.length / (2 * (labels.length - positive)) };
}

const count = ({ labels }: PartFeatures) => ({ images: labels.length, fractures: fractures(labels) });
const fractures = (labels: Uint8Array) => labels.reduce((sum, label) => sum + label, 0);

function demandCases({ labels, ids }: PartFeatures, fewest: number): void {
  if (labels.length === 0) {
    throw new TrainingError("PART_EMPTY", "The training part has no cases: collect some, and run split and features.");
  }
  const of = (wanted: number) => new Set(ids.filter((_, row) => labels[row] === wanted)).size;
  const [positive, negative] = [of(1), of(0)];
  const told = `The training part has ${positive} cases with and ${negative} without a fracture`;
  if (positive === 0 || negative === 0) {
    throw new TrainingError("ONE_CLASS_ONLY", `${told}: nothing can be told apart. Collect cases of the other kind.`);
  }
  if (positive < fewest || negative < fewest) {
    throw new TrainingError("TOO_FEW_CASES", `${told}, and ${fewest} of either are the least. Collect more.`);
  }
}

function demandValidation({ labels }: PartFeatures): void {
  const positive = fractures(labels);
  if (positive === 0 || positive === labels.length) {
    throw new TrainingError(
      "ONE_CLASS_ONLY",
      `Early stopping goes by the validation part, which has ${positive} cases with and ${labels.length - positive} without a ` +
        "fracture: train without it, or split with a larger validation part.",
    );
  }
}

function hashOfParts(...parts: readonly PartFeatures[]): string {
  const hash = createHash("sha256");
  for (const { features, labels, ids } of parts) {
    hash.update(new Uint8Array(features.buffer, features.byteOffset, features.byteLength));
    hash.update(labels).update(ids.join());
  }
  return hash.digest("hex");
}

const hashOf = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");
