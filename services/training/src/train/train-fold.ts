/** Runs in the threads of a pool: trains a head on some rows, and says what it makes of others. */
import { TrainingError } from "../training-error.ts";
import type { HeadOptions } from "./head-options.ts";
import { logitsOf } from "./logits.ts";
import { trainHead } from "./train-head.ts";

export interface FoldTask {
  /** Of the whole training part, in memory that the threads share. */
  readonly features: Float32Array;
  readonly labels: Uint8Array;
  readonly trainOn: Uint32Array;
  readonly measureOn: Uint32Array;
  readonly options: HeadOptions;
  readonly seed: number;
}

/** Null where training diverged. */
export default async function trainFold(task: FoldTask): Promise<Float64Array | null> {
  const width = task.features.length / task.labels.length;
  const pick = (rows: Uint32Array) => {
    const features = new Float32Array(rows.length * width);
    for (const [place, row] of rows.entries()) {
      features.set(task.features.subarray(row * width, (row + 1) * width), place * width);
    }
    return { features, labels: Uint8Array.from(rows, (row) => task.labels[row]!) };
  };
  try {
    const { head } = await trainHead({ training: pick(task.trainOn), options: task.options, seed: task.seed });
    return logitsOf(head, pick(task.measureOn).features);
  } catch (error) {
    if (error instanceof TrainingError && error.code === "TRAINING_DIVERGED") return null;
    throw error;
  }
}
