import { CrossValidation } from "../train/cross-validation.ts";
import { logitsOf } from "../train/logits.ts";
import { readHead, readTraining } from "../train/training-file.ts";
import { TrainingError } from "../training-error.ts";
import { openFeatures } from "../work-folder.ts";

/** Cases that the head has not learnt from, and what it makes of them. */
export interface Scored {
  readonly ids: readonly string[];
  readonly labels: Uint8Array;
  readonly logits: Float64Array;
}

export interface ScoreOptions {
  readonly on: "validation" | "cross-validation";
  readonly patientOf: (id: string) => string;
  readonly seed: number;
  readonly threads: number;
  readonly onProgress?: (done: number, of: number) => void;
}

/** Cases of either class below which calibration and cut-off would mean nothing. */
const FEWEST = 10;
const FOLDS = 5;

/**
 * Scores what the head has not seen: the validation part; or, by cross-validation, every case of the training part, by a head
 * that was trained on other patients as the head itself was.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID, PART_EMPTY, ONE_CLASS_ONLY, TOO_FEW_CASES, TRAINING_DIVERGED
 */
export async function scoreCases(work: string, options: ScoreOptions): Promise<Scored> {
  const features = await openFeatures(work);
  if (options.on === "validation") {
    const { ids, labels, features: values } = await features.part("validation");
    demandCases("validation", labels);
    return { ids, labels, logits: logitsOf(await readHead(work), values) };
  }
  const part = await features.part("training");
  demandCases("training", part.labels);
  const { options: trained, kept } = await readTraining(work);
  const asTrained = { ...trained, schedule: { ...trained.schedule, iterations: Math.max(1, kept) } };
  const validation = new CrossValidation(part, { ...options, folds: FOLDS });
  let done = 0;
  try {
    options.onProgress?.(done, FOLDS);
    const folds = await Promise.all(
      Array.from({ length: FOLDS }, async (_, fold) => {
        const held = await validation.run(asTrained, fold);
        if (held === null)
          throw new TrainingError("TRAINING_DIVERGED", `Training without fold ${fold} did not settle.`);
        options.onProgress?.(++done, FOLDS);
        return held;
      }),
    );
    const rows = folds.flatMap((held) => [...held.rows]);
    return {
      ids: rows.map((row) => part.ids[row]!),
      labels: Uint8Array.from(rows, (row) => part.labels[row]!),
      logits: Float64Array.from(folds.flatMap((held) => [...held.logits])),
    };
  } finally {
    await validation.close();
  }
}

function demandCases(part: string, labels: Uint8Array): void {
  const positive = labels.reduce((sum, label) => sum + label, 0);
  const negative = labels.length - positive;
  const wayOut = `Split with a larger ${part} part (redspot-train split --help), or collect more cases.`;
  if (labels.length === 0) throw new TrainingError("PART_EMPTY", `The ${part} part has no cases. ${wayOut}`);
  const told = `The ${part} part has ${positive} images with and ${negative} without a fracture`;
  if (positive === 0 || negative === 0) throw new TrainingError("ONE_CLASS_ONLY", `${told}. ${wayOut}`);
  if (positive < FEWEST || negative < FEWEST) {
    throw new TrainingError("TOO_FEW_CASES", `${told}, and ${FEWEST} of either are the least. ${wayOut}`);
  }
}
