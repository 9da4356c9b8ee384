import { z } from "zod";
import { TrainingError } from "../training-error.ts";
import { PAPER_SCHEDULE, scheduleSchema } from "./schedule.ts";

/** How a head is trained; what is not given is as in the paper. */
export const headOptionsSchema = z.strictObject({
  kind: z.enum(["logistic", "softmax"]),
  schedule: scheduleSchema,
  /** The chance with which each input of a case is left out of a step. */
  dropout: z.number().min(0).max(0.95),
  /** What the cross-entropy gains for each half of the squared weights. */
  l2: z.number().nonnegative(),
  /** What a case of either class weighs in the cross-entropy. */
  classWeights: z.strictObject({ fracture: z.number().positive(), noFracture: z.number().positive() }),
  /** Bring features to mean 0 and a common length first. */
  standardise: z.boolean(),
  /** Stop when the validation cross-entropy has not fallen for so many iterations, and keep the best head; null: never. */
  earlyStopping: z.int().positive().nullable(),
});
export type HeadOptions = z.infer<typeof headOptionsSchema>;

/** @throws {TrainingError} OPTIONS_INVALID */
export function checkHeadOptions(options: HeadOptions): HeadOptions {
  const parsed = headOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new TrainingError("OPTIONS_INVALID", `A head cannot be trained so:\n${z.prettifyError(parsed.error)}`);
}

/** The paper's procedure: softmax is what it trained; a logistic head of one output is the same function. */
export const PAPER_OPTIONS: HeadOptions = {
  kind: "logistic",
  schedule: PAPER_SCHEDULE,
  dropout: 0,
  l2: 0,
  classWeights: { fracture: 1, noFracture: 1 },
  standardise: true,
  earlyStopping: null,
};
