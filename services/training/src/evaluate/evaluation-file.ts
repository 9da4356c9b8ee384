import { estimateSchema, subgroupSchema } from "@redspot/model";
import { z } from "zod";
import { readWorkFile } from "../work-folder.ts";

const hash256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();

/** How something does against another on the same cases: the difference of the areas by DeLong's test (1988). */
const difference = z.strictObject({ difference: z.number(), low: z.number(), high: z.number(), p: z.number() });

const shortcutResult = z.strictObject({
  name: z.string(),
  /** What doing well with it would mean. */
  meaning: z.string(),
  auc: estimateSchema,
  /** It does as well as the model, or so well that it alone is reason for alarm. */
  asGood: z.boolean(),
  modelBetterBy: difference,
});
export type ShortcutResult = z.infer<typeof shortcutResult>;

const retestResult = z.strictObject({
  change: z.string(),
  n: count,
  /** Of the probability. */
  meanDifference: z.number(),
  largestDifference: z.number(),
  /** How many cases were answered otherwise. */
  answersChanged: count,
});
export type RetestResult = z.infer<typeof retestResult>;

const inServiceResult = z.strictObject({
  name: z.string(),
  version: z.string(),
  packageHash: hash256,
  auc: estimateSchema,
  /** The area of the model that is evaluated, less that of the one in service. */
  newBetterBy: difference,
  /** Cases that only the new one, and that only the one in service, answers rightly, each at its cut-off; McNemar's p. */
  onlyNewRight: count,
  onlyInServiceRight: count,
  p: z.number(),
});
export type InServiceResult = z.infer<typeof inServiceResult>;

const evaluationSchema = z.strictObject({
  format: z.literal("redspot-evaluation/1"),
  evaluatedAt: z.iso.datetime(),
  part: z.enum(["testing", "final"]),
  /** Of the head that was evaluated, and of its calibration with cut-off and band. */
  headSha256: hash256,
  calibrationSha256: hash256,
  fractures: count,
  noFractures: count,
  auc: estimateSchema,
  /** At the cut-off, every case answered. */
  sensitivity: estimateSchema,
  specificity: estimateSchema,
  inconclusive: estimateSchema,
  /** Of the cases outside the inconclusive band; not there where the band takes in a whole class. */
  conclusive: z.strictObject({ sensitivity: estimateSchema, specificity: estimateSchema }).optional(),
  predictiveValues: z.strictObject({ prevalence: z.number(), positive: estimateSchema, negative: estimateSchema }),
  /** At the prevalence of the cases, where they can be held to what came. */
  brier: z.number(),
  crossEntropy: z.number(),
  expectedCalibrationError: z.number(),
  subgroups: z.array(subgroupSchema),
  shortcuts: z.array(shortcutResult),
  retest: z.array(retestResult),
  inService: inServiceResult.optional(),
  finalSetUses: z.strictObject({ evaluations: count, models: count }).optional(),
  /** What a reader has to know before any figure, in sentences. */
  warnings: z.array(z.string()),
  /** Case by case, in the order of the part. */
  scores: z.strictObject({ ids: z.array(z.string()), logits: z.array(z.number()), fracture: z.array(z.int()) }),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

export const EVALUATION_FILE = "evaluation.json";

/** @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID */
export function readEvaluation(work: string): Promise<Evaluation> {
  return readWorkFile(work, EVALUATION_FILE, evaluationSchema, "evaluate");
}
