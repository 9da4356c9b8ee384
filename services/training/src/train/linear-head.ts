import type * as Tensorflow from "@tensorflow/tfjs";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";

/**
 * `logistic`: one output, sigmoid. `softmax`: an output for each class, as in the paper; with two classes the same function of
 * the features, but a step of the same learning rate moves it twice as far.
 */
export type HeadKind = "logistic" | "softmax";

/** A minibatch: inputs row by row, labels, and what each case weighs. */
export interface Batch {
  readonly inputs: Tensor2D;
  readonly labels: Tensor2D;
  readonly weights: Tensor2D;
}

/** Weights (features x outputs) and bias (1 x outputs) of a linear head while it is trained. */
export interface HeadState {
  readonly weights: Tensor2D;
  readonly bias: Tensor2D;
}

/**
 * One step of stochastic gradient descent on the batch's mean weighted cross-entropy plus l2 / 2 times the squared weights
 * (the bias is not held back). The gradient is written out, as TensorFlow.js cannot derive it on WebAssembly, and held to the
 * one that it derives elsewhere by a test.
 */
export function descend(
  tf: typeof Tensorflow,
  kind: HeadKind,
  state: HeadState,
  { inputs, labels, weights }: Batch,
  { learningRate, l2 }: { learningRate: number; l2: number },
): HeadState {
  return tf.tidy(() => {
    const outputs = tf.add<Tensor2D>(tf.matMul(inputs, state.weights), state.bias);
    const wrong =
      kind === "logistic"
        ? tf.sub(tf.sigmoid(outputs), labels)
        : tf.sub(tf.softmax(outputs), tf.concat([tf.sub(1, labels), labels], 1));
    const error = tf.mul<Tensor2D>(wrong, weights);
    const step = learningRate / inputs.shape[0];
    // The transpose of inputs' x error, which multiplies more quickly than turning the inputs round.
    const gradient = tf.transpose(tf.matMul(tf.transpose(error), inputs));
    const shrunk: Tensor = l2 === 0 ? state.weights : tf.mul(state.weights, 1 - learningRate * l2);
    return {
      weights: tf.sub<Tensor2D>(shrunk, tf.mul(gradient, step)),
      bias: tf.sub<Tensor2D>(state.bias, tf.mul(tf.sum(error, 0, true), step)),
    };
  });
}

/** The head's logit of a fracture for each row. */
export function logitsOn(tf: typeof Tensorflow, state: HeadState, inputs: Tensor2D): Float32Array {
  const outputs = tf.tidy(() => tf.add(tf.matMul(inputs, state.weights), state.bias));
  const values = outputs.dataSync() as Float32Array;
  outputs.dispose();
  const rows = inputs.shape[0];
  // Two outputs make one logit: how far that of the fracture is above the other.
  return values.length === rows
    ? Float32Array.from(values)
    : Float32Array.from({ length: rows }, (_, row) => values[2 * row + 1]! - values[2 * row]!);
}
