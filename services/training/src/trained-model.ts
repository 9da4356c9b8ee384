import { createHash } from "node:crypto";
import type { Calibration, Manifest } from "@redspot/model";
import { readCalibration } from "./calibrate/calibration-file.ts";
import type { TrainedModel } from "./evaluate/evaluate.ts";
import { readHead, readTraining, type Training } from "./train/training-file.ts";
import { TrainingError } from "./training-error.ts";

/** What train and calibrate have left: a whole model, and how it came about. */
export interface TrainedWork {
  readonly model: TrainedModel;
  readonly training: Training;
  readonly calibration: Calibration;
  readonly cutOff: Manifest["cutOff"];
  readonly band: Manifest["inconclusiveBand"];
  /** The cases on which calibration, cut-off and band were chosen. */
  readonly validation: { readonly logits: readonly number[]; readonly fracture: readonly number[] };
}

/**
 * The head with its calibration, held to each other.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID, CALIBRATION_STALE
 */
export async function readTrainedModel(work: string): Promise<TrainedWork> {
  const [head, training, calibrated] = await Promise.all([readHead(work), readTraining(work), readCalibration(work)]);
  const { calibration, cutOff, inconclusiveBand: band, scores } = calibrated;
  if (calibrated.headSha256 !== training.headSha256) {
    throw new TrainingError(
      "CALIBRATION_STALE",
      "The head was trained again after it was calibrated: run redspot-train calibrate again.",
    );
  }
  const calibrationSha256 = createHash("sha256")
    .update(JSON.stringify([calibration, cutOff, band]))
    .digest("hex");
  return {
    model: { head, headSha256: training.headSha256, calibration, calibrationSha256, cutOff: cutOff.value, band },
    training,
    calibration,
    cutOff,
    band,
    validation: { logits: scores.logits, fracture: scores.fracture },
  };
}
