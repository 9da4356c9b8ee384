import { z } from "zod";
import { outcomeAt } from "./cut-off.ts";
import { closestToAnalysis, REASON_CODES, type Reason } from "./reason.ts";

const reasonSchema = z.strictObject({ code: z.enum(REASON_CODES), text: z.string() });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const probability = z.number().min(0).max(1);
const uid = z.string().regex(/^[0-9.]{1,64}$/);

const analysedInstance = z.strictObject({
  sopInstanceUID: uid,
  sopClassUID: uid,
  analysed: z.literal(true),
  /** The head's output before calibration, in logits. */
  logit: z.number(),
  /** Calibrated probability of a fracture. */
  probability,
  laterality: z.enum(["L", "R"]).optional(),
  /** Class activation map, 8 x 8, row by row, in logits: its mean and the head's bias make the logit. */
  activationMap: z.array(z.number()).length(64),
  /**
   * Where the square that the network saw, and over which the activation map lies, is in the image: in its pixels from
   * the upper left corner; it may reach beyond the image. Findings of earlier versions do not have it.
   */
  seen: z
    .strictObject({ x: z.number(), y: z.number(), width: z.number().positive(), height: z.number().positive() })
    .optional(),
});

const passedInstance = z.strictObject({
  sopInstanceUID: uid,
  sopClassUID: uid,
  analysed: z.literal(false),
  reason: reasonSchema,
});

/** What made a finding, to the byte: the model package, its parts and the engine. */
const modelIdentity = z.strictObject({
  name: z.string(),
  version: z.string(),
  intendedUse: z.enum(["demonstration", "clinical"]),
  packageHash: sha256,
  backboneHash: sha256,
  headHash: sha256,
  calibrationHash: sha256,
  cutOff: probability,
  inconclusiveBand: z.strictObject({ low: probability, high: probability }),
  preprocessingVersion: z.string(),
  engine: z.string(),
});

/** The answer about one revision of a study. It holds identifiers and figures, never patient data. */
export const findingSchema = z.strictObject({
  version: z.literal(1),
  studyInstanceUID: uid,
  revision: z.int().positive(),
  outcome: z.enum(["fracture", "no-fracture", "inconclusive", "not-analysed"]),
  /** The highest of the analysed instances' probabilities. */
  probability: probability.optional(),
  /** Why the study was not analysed. */
  reason: reasonSchema.optional(),
  instances: z.array(z.discriminatedUnion("analysed", [analysedInstance, passedInstance])),
  model: modelIdentity,
  softwareVersion: z.string(),
  analysedAt: z.iso.datetime(),
});

export type Finding = z.infer<typeof findingSchema>;
export type InstanceFinding = Finding["instances"][number];
export type ModelIdentity = z.infer<typeof modelIdentity>;
export type Outcome = Finding["outcome"];

interface Analysis {
  studyInstanceUID: string;
  revision: number;
  instances: InstanceFinding[];
  model: ModelIdentity;
  softwareVersion: string;
  analysedAt: Date;
  /** Overrides the instances' own reasons: why the study as a whole could not be analysed. */
  failure?: Reason;
}

/**
 * The finding about a study from those about its instances: the study's probability is the highest of them, and a
 * study in which nothing could be analysed says why, with the reason of the instance that came closest.
 */
export function findingOf({ instances, model, analysedAt, failure, ...identity }: Analysis): Finding {
  const probabilities = instances.flatMap((instance) => (instance.analysed ? [instance.probability] : []));
  const answer =
    failure !== undefined || probabilities.length === 0
      ? {
          outcome: "not-analysed" as const,
          reason: failure ?? closestToAnalysis(instances.flatMap((one) => (one.analysed ? [] : [one.reason]))),
        }
      : {
          outcome: outcomeAt(Math.max(...probabilities), model),
          probability: Math.max(...probabilities),
        };
  return { version: 1, ...identity, ...answer, instances, model, analysedAt: analysedAt.toISOString() };
}
