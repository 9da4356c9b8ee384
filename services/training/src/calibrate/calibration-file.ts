import { calibrationSchema, cutOffSchema, estimateSchema } from "@redspot/model";
import { z } from "zod";
import { readWorkFile } from "../work-folder.ts";

export const CALIBRATION_FILE = "calibration.json";

const text = z.string().min(1);
const quality = z.strictObject({ logLoss: z.number(), brier: z.number(), expectedCalibrationError: z.number() });
const probability = z.number().min(0).max(1);

const schema = z.strictObject({
  format: z.literal("redspot-calibration/1"),
  headSha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits in lower case"),
  seed: z.int(),
  /** As the model package has them. */
  calibration: calibrationSchema,
  cutOff: cutOffSchema,
  inconclusiveBand: z.strictObject({ low: probability, high: probability, chosenBy: text }),
  /** What cut-off and band are where fractures are as common as among the calibration cases: before Bayes' shift. */
  atTrainingPrevalence: z.strictObject({ cutOff: probability, low: probability, high: probability }),
  /** The prevalence among the calibration cases, and at the site where it was given. */
  prevalence: z.strictObject({ training: probability, site: probability.nullable() }),
  /** Before: the plain sigmoid of the logit. After: by cross-validation, for either method. */
  quality: z.strictObject({
    folds: z.int(),
    before: quality,
    after: z.strictObject({ platt: quality, isotonic: quality }),
  }),
  /** On the calibration cases themselves, on which cut-off and band were chosen: somewhat too good. */
  found: z.strictObject({
    sensitivity: estimateSchema,
    specificity: estimateSchema,
    inconclusive: estimateSchema,
    outsideBand: z.strictObject({ sensitivity: estimateSchema, specificity: estimateSchema }),
  }),
  /** What all of this follows from. */
  scores: z.strictObject({ ids: z.array(text), logits: z.array(z.number()), fracture: z.array(z.literal([0, 1])) }),
});
export type CalibrationFile = z.infer<typeof schema>;

/** @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID */
export function readCalibration(work: string): Promise<CalibrationFile> {
  return readWorkFile(work, CALIBRATION_FILE, schema, "calibrate");
}
