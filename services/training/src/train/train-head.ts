import { setImmediate as turn } from "node:timers/promises";
import type { Head } from "@redspot/model";
import { randomStream } from "@redspot/statistics";
import type { Tensor2D } from "@tensorflow/tfjs";
import { TrainingError } from "../training-error.ts";
import { type Fit, fitOf, type TrainingPoint } from "./curves.ts";
import type { HeadOptions } from "./head-options.ts";
import { descend, type HeadState, logitsOn } from "./linear-head.ts";
import { minibatches } from "./minibatches.ts";
import { learningRateAt } from "./schedule.ts";
import {
  fitStandardisation,
  foldStandardisation,
  type LabelledFeatures,
  noStandardisation,
  standardise,
} from "./standardisation.ts";
import { startTensorflow } from "./tensorflow.ts";

/** A head in the making, after so many iterations: all that training needs to go on to the same end. */
export interface Checkpoint {
  readonly iteration: number;
  readonly state: FrozenHead;
  /** Where training may stop early: the head that did best on the validation part, so far. */
  readonly best: (FrozenHead & { readonly iteration: number; readonly crossEntropy: number }) | null;
  readonly curve: readonly TrainingPoint[];
}

interface FrozenHead {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export interface TrainingRun {
  readonly training: LabelledFeatures;
  /** Watched, never learnt from. Early stopping needs it. */
  readonly validation?: LabelledFeatures | undefined;
  readonly options: HeadOptions;
  /** Seed of the order in which cases are taken, and of what dropout leaves out. */
  readonly seed: number;
  readonly resumeFrom?: Checkpoint | undefined;
  /** Called every CHECKPOINT_EVERY iterations. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>;
  readonly onProgress?: (iterations: number) => void;
}

export interface TrainedHead {
  readonly head: Head;
  readonly curve: readonly TrainingPoint[];
  /** Iterations that were made, and the one whose head was kept: the last, unless stopping early found a better one. */
  readonly iterations: number;
  readonly kept: number;
}

/** Training and validation part are measured every so many iterations. */
const MEASURE_EVERY = 10;
export const CHECKPOINT_EVERY = 1000;

/**
 * Trains a linear head on pooled features by stochastic gradient descent on its cross-entropy, starting from zero.
 * TensorFlow.js does the mathematics. The same cases, options and seed give the same head, bit for bit, also if training was
 * stopped on the way and taken up again from a checkpoint.
 *
 * @throws {TrainingError} FEATURES_USELESS, TRAINING_DIVERGED
 */
export async function trainHead(run: TrainingRun): Promise<TrainedHead> {
  const { training, validation, options, seed } = run;
  const tf = await startTensorflow();
  const standardisation = options.standardise ? fitStandardisation(training) : noStandardisation(training);
  const inputs = standardise(standardisation, training.features);
  const width = standardisation.mean.length;
  const outputs = options.kind === "logistic" ? 1 : 2;
  const { iterations, minibatch } = options.schedule;
  const order = minibatches(training.labels.length, minibatch, seed);
  const picked = new Float32Array(minibatch * width);
  const watched = validation && {
    labels: validation.labels,
    inputs: tf.tensor2d(standardise(standardisation, validation.features), [validation.labels.length, width]),
  };

  const freeze = ({ weights, bias }: HeadState): FrozenHead => ({
    weights: Float32Array.from(weights.dataSync()),
    bias: Float32Array.from(bias.dataSync()),
  });
  const start = run.resumeFrom ?? {
    iteration: 0,
    state: { weights: new Float32Array(width * outputs), bias: new Float32Array(outputs) },
    best: null,
    curve: [],
  };
  let state: HeadState = {
    weights: tf.tensor2d(start.state.weights, [width, outputs]),
    bias: tf.tensor2d(start.state.bias, [1, outputs]),
  };
  let { iteration, best } = start;
  const curve = [...start.curve];

  const measure = (rows: Uint32Array, clean: Tensor2D): void => {
    const labels = Uint8Array.from(rows, (row) => training.labels[row]!);
    const onTraining = fitOf(logitsOn(tf, state, clean), labels);
    if (!Number.isFinite(onTraining.crossEntropy)) {
      throw new TrainingError(
        "TRAINING_DIVERGED",
        `By iteration ${iteration} the weights had run off to infinity: a learning rate of ` +
          `${options.schedule.initialLearningRate} is too high for these features${options.standardise ? "" : " as they are"}.`,
      );
    }
    const onValidation: Fit | null = watched ? fitOf(logitsOn(tf, state, watched.inputs), watched.labels) : null;
    curve.push({ iteration, training: onTraining, validation: onValidation });
    if (
      options.earlyStopping !== null &&
      onValidation &&
      !(onValidation.crossEntropy >= (best?.crossEntropy ?? Infinity))
    ) {
      best = { ...freeze(state), iteration, crossEntropy: onValidation.crossEntropy };
    }
  };
  const patient = () =>
    options.earlyStopping === null || best === null || iteration - best.iteration < options.earlyStopping;

  while (iteration < iterations && patient()) {
    const rows = order(iteration);
    for (const [place, row] of rows.entries()) {
      picked.set(inputs.subarray(row * width, (row + 1) * width), place * width);
    }
    if (iteration % MEASURE_EVERY === 0) {
      const clean = tf.tensor2d(picked, [minibatch, width]);
      measure(rows, clean);
      clean.dispose();
    }
    if (options.dropout > 0) dropOut(picked, options.dropout, seed, iteration);
    const { fracture, noFracture } = options.classWeights;
    const labels = Float32Array.from(rows, (row) => training.labels[row]!);
    const batch = {
      inputs: tf.tensor2d(picked, [minibatch, width]),
      labels: tf.tensor2d(labels, [minibatch, 1]),
      weights: tf.tensor2d(
        labels.map((label) => (label === 1 ? fracture : noFracture)),
        [minibatch, 1],
      ),
    };
    const step = { learningRate: learningRateAt(options.schedule, iteration), l2: options.l2 };
    const next = descend(tf, options.kind, state, batch, step);
    tf.dispose([batch.inputs, batch.labels, batch.weights, state.weights, state.bias]);
    state = next;
    iteration++;
    if (iteration % 100 === 0) {
      run.onProgress?.(iteration);
      // Signals, and the drawing of progress, get their turn.
      await turn();
    }
    if (iteration % CHECKPOINT_EVERY === 0 && run.onCheckpoint) {
      await run.onCheckpoint({ iteration, state: freeze(state), best, curve });
    }
  }

  const kept = best ?? { ...freeze(state), iteration };
  tf.dispose([state.weights, state.bias, ...(watched ? [watched.inputs] : [])]);
  return {
    head: foldStandardisation(standardisation, oneOutput(kept)),
    curve,
    iterations: iteration,
    kept: kept.iteration,
  };
}

/** Inverted dropout (Srivastava et al. 2014): each input is left out with the given chance, the others make up for it. */
function dropOut(inputs: Float32Array, rate: number, seed: number, iteration: number): void {
  const random = randomStream(seed, "dropout", iteration);
  // One random number decides on two inputs, by 16 bits each.
  const threshold = Math.round(rate * 0x10000);
  const kept = 1 / (1 - threshold / 0x10000);
  for (let i = 0; i < inputs.length; i += 2) {
    const bits = random.next();
    inputs[i]! *= (bits & 0xffff) < threshold ? 0 : kept;
    if (i + 1 < inputs.length) inputs[i + 1]! *= bits >>> 16 < threshold ? 0 : kept;
  }
}

/** A head of two outputs does what their difference does. */
function oneOutput({ weights, bias }: FrozenHead): { weights: Float32Array; bias: number } {
  if (bias.length === 1) return { weights, bias: bias[0]! };
  const width = weights.length / 2;
  return {
    weights: Float32Array.from({ length: width }, (_, i) => weights[2 * i + 1]! - weights[2 * i]!),
    bias: bias[1]! - bias[0]!,
  };
}
