/** Runs in threads beside the engine's: a case's model input becomes a batch for the engine. */
import { type InputScaling, toThreeChannels } from "@redspot/pixels";
import { move } from "piscina";
import type { Augmentation } from "../augment/augmentation.ts";
import { warp } from "../augment/warp.ts";
import { caseId } from "../case-id.ts";
import { caught, type ThreadFailure } from "../thread-failure.ts";
import { TrainingError } from "../training-error.ts";
import { readInput } from "../work-folder.ts";

export interface BatchTask {
  work: string;
  id: string;
  patient: string;
  augmentations: readonly Augmentation[];
  inputScaling: InputScaling;
}

/** n x 3 x 299 x 299, as the engine takes it; handed over, not copied. */
export default function prepareBatch(task: BatchTask): Promise<Float32Array | ThreadFailure> {
  return caught(async () => move((await batchOf(task)) as Float32Array<ArrayBuffer>) as unknown as Float32Array);
}

async function batchOf({ work, id, patient, augmentations, inputScaling }: BatchTask): Promise<Float32Array> {
  const pixels = await readInput(work, id);
  if (caseId(pixels, patient) !== id) {
    throw new TrainingError(
      "WORK_FILE_INVALID",
      `The input of case ${id} is not the one that it is named after: delete it and run collect again.`,
    );
  }
  const images = augmentations.map((augmentation) => ({ pixels: warp(pixels, augmentation) }));
  return toThreeChannels(images, inputScaling);
}
