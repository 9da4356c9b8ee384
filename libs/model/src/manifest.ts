import { z } from "zod";
import { FEATURE_COUNT } from "./architecture.ts";
import { inputScaling } from "./backbone-file.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits in lower case");
const probability = z.number().min(0).max(1);
/** A name within the package's folder, never a path out of it. */
const fileName = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, "a file name in lower case, without a folder");
const hashedFile = z.strictObject({ file: fileName, sha256 });
const count = z.int().nonnegative();

/** A proportion or an area with its 95 % confidence interval and the number of cases that it rests on. */
export const estimateSchema = z
  .strictObject({ value: probability, low: probability, high: probability, n: count, method: z.string().min(1) })
  .refine(({ value, low, high }) => low <= value && value <= high, "the value lies outside its interval");
export type Estimate = z.infer<typeof estimateSchema>;

/** Neither 0 nor 1: such a probability would be certainty, and no evidence could shift it. */
const uncertain = z.number().gt(0).lt(1);

const fit = {
  /** On how many cases it was fitted, and which. */
  n: count,
  fittedOn: z.string().min(1),
  /**
   * The prevalence of fractures among the cases it was fitted on, and where the package is used: given both, the
   * calibrated probability is the site's, by Bayes' theorem.
   */
  prevalence: z.strictObject({ training: uncertain, site: uncertain }).optional(),
};

/** Platt scaling (Platt 1999): probability = 1 / (1 + exp(-(slope * logit + intercept))). */
const platt = z.strictObject({
  method: z.literal("platt"),
  slope: z.number().positive(),
  intercept: z.number(),
  ...fit,
});

/** Isotonic regression (Zadrozny & Elkan 2002): straight between the knots, level beyond them. */
const isotonic = z.strictObject({
  method: z.literal("isotonic"),
  knots: z
    .array(z.strictObject({ logit: z.number(), probability: uncertain }))
    .min(1)
    .refine((knots) => knots.every(({ logit }, i) => i === 0 || logit > knots[i - 1]!.logit), "logits must rise")
    .refine(
      (knots) => knots.every(({ probability }, i) => i === 0 || probability >= knots[i - 1]!.probability),
      "a probability falls as the logit rises",
    ),
  ...fit,
});

export const calibrationSchema = z.discriminatedUnion("method", [platt, isotonic]);
export type Calibration = z.infer<typeof calibrationSchema>;

const text = z.string().min(1);

/**
 * Calibrated probability (the site's, where the calibration is) from which an image counts as showing a fracture, and how
 * it came to be that one.
 */
export const cutOffSchema = z
  .strictObject({
    value: probability,
    /**
     * `youden`: the highest sensitivity + specificity - 1 (Youden 1950), as in the paper; `sensitivity` and
     * `specificity`: the best that still reaches what was demanded of it; `cost`: the lowest mean cost.
     */
    chosenBy: z.enum(["youden", "sensitivity", "specificity", "cost"]),
    /** The sensitivity or specificity demanded; for `cost`, how many false alarms a missed fracture weighs. */
    demanded: z.number().positive().optional(),
    /** 95 % interval of the choice, were it made again on other cases of the kind. */
    interval: z.strictObject({ low: probability, high: probability, method: text }).optional(),
    chosenOn: text,
  })
  .refine(({ chosenBy, demanded }) => (chosenBy === "youden") === (demanded === undefined), {
    path: ["demanded"],
    message: "is given for sensitivity, specificity and cost, and only for them",
  });

/** The figures of the cases that have one value of an attribute: how it does on the left, on men, over 80. */
export const subgroupSchema = z.strictObject({
  attribute: text,
  value: text,
  fractures: count,
  noFractures: count,
  auc: estimateSchema.optional(),
  sensitivity: estimateSchema.optional(),
  specificity: estimateSchema.optional(),
  /** So few cases that the figures say nothing, good or bad. */
  tooFew: z.boolean(),
});
export type Subgroup = z.infer<typeof subgroupSchema>;

/** What tells fractures without looking at bones, tried on the very same cases: it should not do well. */
const shortcut = z.strictObject({ name: text, auc: estimateSchema, asGood: z.boolean() });

/** A threshold that the site set before publishing, and what the evaluation found. */
const threshold = z.strictObject({ measure: text, demanded: z.number(), found: z.number() });
export type Threshold = z.infer<typeof threshold>;

const evaluation = z.strictObject({
  data: text,
  /** `final`: cases kept apart from everything; `testing`: cases that earlier looks may have favoured. */
  part: z.enum(["testing", "final"]),
  fractures: count,
  noFractures: count,
  auc: estimateSchema,
  /** At the cut-off, every case answered. */
  sensitivity: estimateSchema,
  specificity: estimateSchema,
  /** The part of cases that fall into the inconclusive band. */
  inconclusive: estimateSchema,
  /** What a positive and a negative answer are worth where that part of patients has a fracture. */
  predictiveValues: z
    .strictObject({ prevalence: probability, positive: estimateSchema, negative: estimateSchema })
    .optional(),
  subgroups: z.array(subgroupSchema),
  shortcuts: z.array(shortcut),
  /** How often the final set has been evaluated on by now, and how many models: more than one, and it is final no more. */
  finalSetUses: z.strictObject({ evaluations: z.int().positive(), models: z.int().positive() }).optional(),
  /** Logits and labels that the figures were computed from, without identifiers. */
  scores: hashedFile,
});

/** The format of `manifest.json`. */
export const PACKAGE_FORMAT = "redspot-model-package/2";

/** `manifest.json` of a model package: what the package is, to the byte, and what is known about it. */
export const manifestSchema = z
  .strictObject({
    format: z.literal(PACKAGE_FORMAT),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "lower case letters, digits and hyphens"),
    version: z.string().regex(/^\d+\.\d+\.\d+$/, "three numbers with dots between them"),
    intendedUse: z.enum(["demonstration", "clinical"]),
    /** The same in a sentence that a reader cannot misunderstand. */
    statement: text,
    backbone: z.strictObject({ name: text, sha256, inputScaling }),
    /** The version of the preprocessing that made the training input, and that must make the input served. */
    preprocessingVersion: text,
    /** 2,048 weights and then the bias, float32, little-endian. */
    head: hashedFile.extend({ featureCount: z.literal(FEATURE_COUNT) }),
    calibration: calibrationSchema,
    cutOff: cutOffSchema,
    /** From `low` and below `high` the answer is "inconclusive"; both are equal where there is no such band. */
    inconclusiveBand: z.strictObject({ low: probability, high: probability, chosenBy: text }),
    evaluation,
    /** The thresholds that the site set, all of them met. */
    thresholds: z.array(threshold),
    /** How the package was made, in enough detail to make it again. */
    provenance: z.record(z.string(), z.json()),
  })
  .refine(({ inconclusiveBand: { low, high }, cutOff: { value } }) => low <= value && value <= high, {
    path: ["inconclusiveBand"],
    message: "the cut-off lies outside the band",
  })
  .refine(({ intendedUse, evaluation: { part } }) => intendedUse !== "clinical" || part === "final", {
    path: ["intendedUse"],
    message: "clinical needs an evaluation on a final set",
  })
  .refine(({ evaluation: { part, finalSetUses } }) => (part === "final") === (finalSetUses !== undefined), {
    path: ["evaluation", "finalSetUses"],
    message: "is given for a final set, and only for one",
  })
  .refine(({ thresholds }) => thresholds.every(({ demanded, found }) => found >= demanded), {
    path: ["thresholds"],
    message: "one is not met",
  });

export type Manifest = z.infer<typeof manifestSchema>;
export type IntendedUse = Manifest["intendedUse"];
