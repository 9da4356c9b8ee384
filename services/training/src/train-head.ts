import type { Head } from "@redspot/model";
import { minibatches } from "./minibatches.ts";
import { learningRateAt, type Schedule } from "./schedule.ts";
import { fitStandardisation, foldStandardisation, type LabelledFeatures, standardise } from "./standardisation.ts";

export interface TrainingOptions {
  readonly schedule: Schedule;
  /** Seed of the order in which cases are taken. */
  readonly seed: number;
  /** Called every 200 iterations, with the mean cross-entropy of those iterations' minibatches. */
  readonly onProgress?: (iterations: number, crossEntropy: number) => void;
}

/**
 * Trains a linear head on pooled features by stochastic gradient descent on the cross-entropy of its sigmoid, starting
 * from zero. The same cases, schedule and seed give the same head, bit for bit.
 */
export function trainHead(cases: LabelledFeatures, { schedule, seed, onProgress }: TrainingOptions): Head {
  const standardisation = fitStandardisation(cases);
  const inputs = standardise(standardisation, cases.features);
  const width = standardisation.mean.length;
  const head = { weights: new Float64Array(width), bias: 0 };
  const gradient = new Float64Array(width);
  const order = minibatches(cases.labels.length, schedule.minibatch, seed);
  let crossEntropy = 0;
  for (let iteration = 0; iteration < schedule.iterations; iteration++) {
    gradient.fill(0);
    let biasGradient = 0;
    const batch = order.next().value;
    for (const one of batch) {
      const input = inputs.subarray(one * width, (one + 1) * width);
      const label = cases.labels[one]!;
      const probability = 1 / (1 + Math.exp(-dot(head.weights, input) - head.bias));
      const error = probability - label;
      for (let i = 0; i < width; i++) gradient[i]! += error * input[i]!;
      biasGradient += error;
      crossEntropy -= Math.log(Math.max(1e-12, label === 1 ? probability : 1 - probability));
    }
    const step = learningRateAt(schedule, iteration) / batch.length;
    for (let i = 0; i < width; i++) head.weights[i]! -= step * gradient[i]!;
    head.bias -= step * biasGradient;
    if ((iteration + 1) % REPORT_EVERY === 0) {
      onProgress?.(iteration + 1, crossEntropy / (REPORT_EVERY * schedule.minibatch));
      crossEntropy = 0;
    }
  }
  return foldStandardisation(standardisation, head);
}

const REPORT_EVERY = 200;

/** The head's logit for each case. */
export function logitsOf({ weights, bias }: Head, features: Float32Array): Float64Array {
  const width = weights.length;
  return Float64Array.from({ length: features.length / width }, (_, i) => {
    return dot(weights, features.subarray(i * width, (i + 1) * width)) + bias;
  });
}

function dot(a: Float64Array | Float32Array, b: Float64Array | Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
