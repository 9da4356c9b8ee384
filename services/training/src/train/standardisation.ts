import type { Head } from "@redspot/model";
import { TrainingError } from "../training-error.ts";

/** Cases by their pooled features, row by row, and whether each shows a fracture. */
export interface LabelledFeatures {
  readonly features: Float32Array;
  /** 1 where the case shows a fracture, else 0. */
  readonly labels: Uint8Array;
}

/**
 * Brings features to mean 0 and the cases to one mean squared length, so that the schedule's
 * learning rate suits any backbone. It is linear, and folded into the head afterwards: the head goes on raw features.
 */
export interface Standardisation {
  readonly mean: Float64Array;
  readonly scale: number;
}

/** The mean squared length of a standardised case: of the order of raw features, which the published schedule was made for. */
const STANDARDISED_LENGTH = 100;

/** @throws {TrainingError} FEATURES_USELESS */
export function fitStandardisation({ features, labels }: LabelledFeatures): Standardisation {
  const cases = labels.length;
  const width = features.length / cases;
  const mean = new Float64Array(width);
  for (let i = 0; i < features.length; i++) mean[i % width]! += features[i]! / cases;
  let variance = 0;
  for (let i = 0; i < features.length; i++) variance += (features[i]! - mean[i % width]!) ** 2 / cases;
  if (!(variance > 0 && Number.isFinite(variance))) {
    throw new TrainingError(
      "FEATURES_USELESS",
      `The features of the ${cases} images are all the same, or not numbers: delete the folder features and run it again.`,
    );
  }
  return { mean, scale: Math.sqrt(STANDARDISED_LENGTH / variance) };
}

/** For features that are trained on as they are. */
export function noStandardisation({ features, labels }: LabelledFeatures): Standardisation {
  return { mean: new Float64Array(features.length / labels.length), scale: 1 };
}

export function standardise({ mean, scale }: Standardisation, features: Float32Array): Float32Array {
  return features.map((value, i) => (value - mean[i % mean.length]!) * scale);
}

/** The head on raw features that does what this one does on standardised ones. */
export function foldStandardisation(
  { mean, scale }: Standardisation,
  head: { weights: ArrayLike<number>; bias: number },
): Head {
  const shift = mean.reduce((sum, value, i) => sum + head.weights[i]! * scale * value, 0);
  return { weights: Float32Array.from(head.weights, (weight) => weight * scale), bias: head.bias - shift };
}
