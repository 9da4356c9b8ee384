import { FEATURE_COUNT, INPUT_SIZE } from "./architecture.ts";
import { ModelError } from "./model-error.ts";

/** The linear layer on the pooled features: logit = features . weights + bias. */
export interface Head {
  /** 2,048 weights. */
  readonly weights: Float32Array;
  readonly bias: number;
}

export interface EngineOutput {
  /** n x 2,048: the pooled features, image by image. */
  readonly features: Float32Array;
  /** n: the log odds of a fracture before calibration. */
  readonly logits: Float32Array;
  /** n x 8 x 8: the class activation map (Zhou et al. 2016), row by row; its mean plus the head's bias is the logit. */
  readonly activationMaps: Float32Array;
  /** The input's memory, for one to come: what is in it has no meaning any more. Not of an engine in the caller's thread. */
  readonly spent?: Float32Array;
}

/** Something that runs Inception v3 with a head. Runs asked for together are answered one after the other. */
export interface Engine {
  /** "onnxruntime" or "tensorflow". */
  readonly name: string;
  /** Version of the library that computes. */
  readonly version: string;
  /** "cpu", "cuda", or what else the library calls the place where it computes. */
  readonly device: string;
  /**
   * Scores n images. `input` holds them as n x 3 x 299 x 299 (NCHW), scaled as the backbone asks. It is handed over:
   * when it fills its own buffer it is moved to the engine's thread, and the caller's array is then empty.
   *
   * @param head scores them instead of the head that the engine was opened with
   * @throws {ModelError} ENGINE_INPUT_SHAPE, ENGINE_FAILED, ENGINE_STOPPED, PACKAGE_INVALID (a head of the wrong length)
   */
  run(input: Float32Array, n: number, head?: Head): Promise<EngineOutput>;
  /** Frees what the engine holds, after the runs already asked for. */
  close(): Promise<void>;
}

/** Values of one image in an engine's input: 3 x 299 x 299. */
export const INPUT_LENGTH = 3 * INPUT_SIZE * INPUT_SIZE;

export function checkInput(input: Float32Array, n: number): void {
  if (!Number.isInteger(n) || n < 1 || input.length !== n * INPUT_LENGTH) {
    throw new ModelError(
      "ENGINE_INPUT_SHAPE",
      `${n} images need n x 3 x 299 x 299 = ${n * INPUT_LENGTH} values, and there are ${input.length}`,
    );
  }
}

/** The logit that a head gives to an image's pooled features: what an engine computes last, for a head that it has not. */
export function logitOf({ weights, bias }: Head, features: Float32Array): number {
  let sum = bias;
  for (let i = 0; i < FEATURE_COUNT; i++) sum += weights[i]! * features[i]!;
  return sum;
}

export function checkHead({ weights, bias }: Head): void {
  if (weights.length !== FEATURE_COUNT || !weights.every(Number.isFinite) || !Number.isFinite(bias)) {
    throw new ModelError("PACKAGE_INVALID", `A head has ${FEATURE_COUNT} finite weights and a finite bias`);
  }
}
