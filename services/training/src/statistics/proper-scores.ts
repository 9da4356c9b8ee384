/** Proper scores: what a probability costs when the truth is known; the true probability costs least. */
import { isotonicKnots } from "./isotonic.ts";

/** Brier's score (1950), for two classes: the mean squared distance of the probability from 0 or 1. */
export function brierScore(probabilities: ArrayLike<number>, labels: Uint8Array): number {
  return labels.reduce((sum, label, i) => sum + (probabilities[i]! - label) ** 2, 0) / labels.length;
}

/** The mean cross-entropy, in nats. A probability of 0 or 1 that is wrong costs as much as one that is off by 1e-15. */
export function logLoss(probabilities: ArrayLike<number>, labels: Uint8Array): number {
  return (
    labels.reduce((sum, label, i) => {
      const ofTruth = label === 1 ? probabilities[i]! : 1 - probabilities[i]!;
      return sum - Math.log(Math.max(1e-15, ofTruth));
    }, 0) / labels.length
  );
}

/** Brier score = miscalibration - discrimination + uncertainty. */
export interface BrierDecomposition {
  /** What the best monotone recalibration of these very cases would save. */
  readonly miscalibration: number;
  /** How much better the recalibrated probabilities are than always saying the prevalence. */
  readonly discrimination: number;
  /** What always saying the prevalence costs. */
  readonly uncertainty: number;
}

/** Brier's score in its parts, by isotonic regression, without bins (Dimitriadis, Gneiting & Jordan 2021). */
export function decomposeBrier(probabilities: ArrayLike<number>, labels: Uint8Array): BrierDecomposition {
  const knots = isotonicKnots(probabilities, labels);
  // Every case lies at a knot or on the level stretch between two.
  const recalibrated = Float64Array.from(probabilities, (probability) => knots.find(({ x }) => x >= probability)!.y);
  const prevalence = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const best = brierScore(recalibrated, labels);
  const uncertainty = prevalence * (1 - prevalence);
  return {
    miscalibration: brierScore(probabilities, labels) - best,
    discrimination: uncertainty - best,
    uncertainty,
  };
}
