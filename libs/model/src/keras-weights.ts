import { BATCH_NORMALIZATION_EPSILON, type Convolution } from "./architecture.ts";
import { ModelError } from "./model-error.ts";

/** Weights by their Keras names, such as `conv2d_1/kernel` or `batch_normalization_1/beta`. */
export interface KerasWeights {
  /** The values of one tensor, row by row, or an error when there is none of that name and shape. */
  tensor(name: string, shape: readonly number[]): Float32Array;
}

/** A convolution that has its batch normalisation within: kernel by output channel, input channel, row, column. */
export interface FoldedConvolution {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/**
 * Folds batch normalisation into the convolution before it: with s = 1 / sqrt(variance + epsilon), the kernel becomes
 * kernel * s and the bias beta - mean * s, per output channel. Keras keeps kernels as height, width, in, out (HWIO); ONNX wants out,
 * in, height, width (OIHW). Computed in double precision and rounded once, so that the result is the same everywhere.
 */
export function foldConvolution(weights: KerasWeights, layer: Convolution): FoldedConvolution {
  const { filters, inputChannels, batchNormalization } = layer;
  const [height, width] = layer.kernel;
  const source = weights.tensor(`${layer.name}/kernel`, [height, width, inputChannels, filters]);
  const beta = weights.tensor(`${batchNormalization}/beta`, [filters]);
  const mean = weights.tensor(`${batchNormalization}/moving_mean`, [filters]);
  const variance = weights.tensor(`${batchNormalization}/moving_variance`, [filters]);

  const scale = Float64Array.from(variance, (value) => 1 / Math.sqrt(value + BATCH_NORMALIZATION_EPSILON));
  const bias = Float32Array.from(scale, (s, out) => beta[out]! - mean[out]! * s);
  const kernel = new Float32Array(source.length);
  const area = height * width;
  for (let at = 0; at < area; at++) {
    for (let channel = 0; channel < inputChannels; channel++) {
      const from = (at * inputChannels + channel) * filters;
      for (let out = 0; out < filters; out++) {
        kernel[(out * inputChannels + channel) * area + at] = source[from + out]! * scale[out]!;
      }
    }
  }
  if (!bias.every(Number.isFinite)) {
    throw new ModelError(
      "WEIGHTS_UNEXPECTED",
      `${batchNormalization} has a negative variance or values that are not numbers`,
    );
  }
  return { kernel, bias };
}
