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
const estimate = z
  .strictObject({ value: probability, low: probability, high: probability, n: count, method: z.string().min(1) })
  .refine(({ value, low, high }) => low <= value && value <= high, "the value lies outside its interval");
export type Estimate = z.infer<typeof estimate>;

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

/** `manifest.json` of a model package: what the package is, to the byte, and what is known about it. */
export const manifestSchema = z
  .strictObject({
    format: z.literal("redspot-model-package/1"),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "lower case letters, digits and hyphens"),
    version: z.string().regex(/^\d+\.\d+\.\d+$/, "three numbers with dots between them"),
    intendedUse: z.enum(["demonstration", "clinical"]),
    /** The same in a sentence that a reader cannot misunderstand. */
    statement: z.string().min(1),
    backbone: z.strictObject({ name: z.string().min(1), sha256, inputScaling }),
    /** The version of the preprocessing that made the training input, and that must make the input served. */
    preprocessingVersion: z.string().min(1),
    /** 2,048 weights and then the bias, float32, little-endian. */
    head: hashedFile.extend({ featureCount: z.literal(FEATURE_COUNT) }),
    calibration: calibrationSchema,
    /** Calibrated probability from which an image counts as showing a fracture; the site's, where the calibration is. */
    cutOff: z.strictObject({ value: probability, chosenBy: z.literal("youden"), chosenOn: z.string().min(1) }),
    /** From `low` and below `high` the answer is "inconclusive"; both are equal where there is no such band. */
    inconclusiveBand: z.strictObject({ low: probability, high: probability, chosenBy: z.string().min(1) }),
    evaluation: z.strictObject({
      data: z.string().min(1),
      fractures: count,
      noFractures: count,
      auc: estimate,
      /** At the cut-off, every case answered. */
      sensitivity: estimate,
      specificity: estimate,
      /** The part of cases that fall into the inconclusive band. */
      inconclusive: estimate,
      /** Logits and labels that the figures were computed from, without identifiers. */
      scores: hashedFile,
    }),
    /** How the package was made, in enough detail to make it again. */
    provenance: z.record(z.string(), z.json()),
  })
  .refine(({ inconclusiveBand: { low, high }, cutOff: { value } }) => low <= value && value <= high, {
    path: ["inconclusiveBand"],
    message: "the cut-off lies outside the band",
  });

export type Manifest = z.infer<typeof manifestSchema>;
export type IntendedUse = Manifest["intendedUse"];
