import { createRequire } from "node:module";
import { dirname } from "node:path";
import {
  type Backbone,
  FEATURE_COUNT,
  INPUT_SIZE,
  type InputScaling,
  type KerasWeights,
  openEngine,
} from "@redspot/model";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { InceptionV3Model } from "nsfwjs/models/inception_v3";
import { TrainingError } from "../training-error.ts";

/** As far as a feature may be from Keras' own, as a part of the largest; rounding makes about a millionth. */
const TOLERANCE = 1e-4;
const IMAGES = 2;

/**
 * Proves a backbone that was made of weights: two images made by a formula go through the backbone on ONNX Runtime, and
 * through Keras' own graph of Inception v3 (the layers model that nsfwjs ships as Keras wrote it) with the same weights,
 * run by TensorFlow.js layer by layer, batch normalisation apart. The two share neither the order of axes nor the folding nor the
 * code that computes, so that a tensor in the wrong place, axes the wrong way round or a wrong constant shows.
 *
 * @returns the largest difference of the features, as a part of the largest feature
 * @throws {TrainingError} WEIGHTS_UNPROVEN
 */
export async function proveBackbone(backbone: Backbone, weights: KerasWeights): Promise<number> {
  const expected = await kerasFeatures(weights, backbone.inputScaling);
  const head = { weights: new Float32Array(FEATURE_COUNT), bias: 0 };
  const engine = await openEngine({
    engine: "onnxruntime",
    device: "cpu",
    threads: 2,
    backbonePath: backbone.path,
    head,
  });
  try {
    const { features } = await engine.run(knownImages(backbone.inputScaling), IMAGES);
    return compare(features, expected);
  } finally {
    await engine.close();
  }
}

function compare(features: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, value), 0);
  const alive = expected.reduce((sum, value) => sum + (value > largest / 1000 ? 1 : 0), 0);
  if (!expected.every(Number.isFinite) || alive < expected.length / 20) {
    throw new TrainingError(
      "WEIGHTS_UNPROVEN",
      `With these weights ${alive} of ${expected.length} features of two test images are alive: they are not those of a trained network.`,
    );
  }
  const apart = features.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
  if (apart <= TOLERANCE) return apart;
  throw new TrainingError(
    "WEIGHTS_UNPROVEN",
    `The imported backbone's features are up to ${apart.toExponential(1)} of the largest away from Keras' own, and ${TOLERANCE} is ` +
      "allowed: the file's tensors are not where Keras puts them. Use the official file, or ask the maintainers.",
  );
}

/** Smooth shapes with noise on them, NCHW, three equal channels, the same every time. */
function knownImages({ min, max }: InputScaling): Float32Array<ArrayBuffer> {
  const plane = INPUT_SIZE ** 2;
  const input = new Float32Array(IMAGES * 3 * plane);
  let state = 1;
  for (let image = 0; image < IMAGES; image++) {
    for (let at = 0; at < plane; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const [x, y] = [at % INPUT_SIZE, Math.floor(at / INPUT_SIZE)];
      const wave = 0.4 * Math.sin((x * (image + 2)) / 37) * Math.cos((y * (image + 1)) / 53);
      const grey = min + (max - min) * Math.min(1, Math.max(0, 0.4 + wave + (state / 2 ** 32) * 0.2));
      for (let channel = 0; channel < 3; channel++) input[(image * 3 + channel) * plane + at] = grey;
    }
  }
  return input;
}

/** The features of the known images by Keras' graph, on TensorFlow.js' WebAssembly backend. */
export async function kerasFeatures(weights: KerasWeights, scaling: InputScaling): Promise<Float32Array> {
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
  const { modelTopology } = (await InceptionV3Model.modelJson()).default;
  const whole = await tf.models.modelFromJSON({ modelTopology } as unknown as Parameters<
    typeof tf.models.modelFromJSON
  >[0]);
  const model = tf.model({ inputs: whole.inputs, outputs: whole.getLayer("flatten_1").output });
  try {
    for (const layer of model.layers) {
      const tensors = layer.weights.map(({ originalName, shape }) => {
        const known = shape as number[];
        return tf.tensor(weights.tensor(originalName, known), known);
      });
      layer.setWeights(tensors);
      tf.dispose(tensors);
    }
    const features = tf.tidy(() => {
      const images = tf.tensor4d(knownImages(scaling), [IMAGES, 3, INPUT_SIZE, INPUT_SIZE]);
      return model.predict(images.transpose([0, 2, 3, 1])) as tf.Tensor;
    });
    const values = await features.data<"float32">();
    features.dispose();
    return values;
  } finally {
    whole.dispose();
  }
}
