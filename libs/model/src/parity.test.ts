/** Holds the ONNX graph, and the TensorFlow.js engine, to TensorFlow.js's own run of the Keras model they come from. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { InceptionV3Model } from "nsfwjs/models/inception_v3";
import { ensureBackbone } from "./backbone.ts";
import { type EngineOutput, logitOf } from "./engine.ts";
import { openEngine } from "./open-engine.ts";
import { createTensorflowEngine } from "./tensorflow-engine.ts";
import { CACHE_DIR, largestDifference, makeHead, makeImages } from "./test-support.ts";

const n = 2;
const head = makeHead();
let backbonePath: string;
let onnx: EngineOutput;

before(async () => {
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
  backbonePath = (await ensureBackbone({ cacheDir: CACHE_DIR })).path;
  const engine = await openEngine({ engine: "onnxruntime", device: "cpu", threads: 2, backbonePath, head });
  onnx = await engine.run(makeImages(n), n);
  await engine.close();
});
after(() => tf.disposeVariables());

/** The model as nsfwjs ships it, run by TensorFlow.js layer by layer up to `flatten_1`, batch normalisation and all. */
async function runKerasModel(): Promise<Float32Array> {
  const { modelTopology, weightsManifest } = (await InceptionV3Model.modelJson()).default;
  const shards: Buffer[] = [];
  for (const load of InceptionV3Model.weightBundles) shards.push(Buffer.from((await load()).default, "base64"));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = weightsManifest[0].weights;
  const whole = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const model = tf.model({ inputs: whole.inputs, outputs: whole.getLayer("flatten_1").output });
  const image = tf.tensor4d(makeImages(n), [n, 3, 299, 299]).transpose([0, 2, 3, 1]);
  const features = model.predict(image) as tf.Tensor;
  const values = (await features.data()) as Float32Array;
  tf.dispose([image, features]);
  whole.dispose();
  return values;
}

test("ONNX features are those of the Keras model: largest difference under 1e-4 of the largest feature", async (t) => {
  const keras = await runKerasModel();
  assert.equal(keras.length, n * 2048);
  assert.ok(keras.filter((value) => value > 0).length > 200, "the features are not all zero");
  const difference = largestDifference(onnx.features, keras);
  // Element by element, each feature against itself, where it is more than a hundredth of the largest.
  const largest = Math.max(...keras);
  const each = keras.map((value, i) => (value > largest / 100 ? Math.abs(onnx.features[i]! - value) / value : 0));
  t.diagnostic(`largest difference: ${difference} of the largest feature, ${Math.max(...each)} of the feature itself`);
  assert.ok(difference < 1e-4, `${difference}`);
  assert.ok(Math.max(...each) < 1e-4, `${Math.max(...each)}`);
});

test("the TensorFlow.js engine gives what the ONNX engine gives, from the same backbone file", async (t) => {
  const before = tf.memory().numTensors;
  const engine = await createTensorflowEngine({ tf, backbonePath, head, device: "wasm" });
  const open = tf.memory().numTensors;
  const answer = await engine.run(makeImages(n), n);
  assert.equal(tf.memory().numTensors, open, "a run leaves no tensor behind");
  for (const name of ["features", "logits", "activationMaps"] as const) {
    const difference = largestDifference(answer[name], onnx[name]);
    t.diagnostic(`${name}: ${difference}`);
    assert.equal(answer[name].length, onnx[name].length);
    assert.ok(difference < 1e-4, `${name}: ${difference}`);
  }
  const other = makeHead(7);
  const { logits } = await engine.run(makeImages(1), 1, other);
  assert.ok(
    Math.abs(logits[0]! - logitOf(other, answer.features)) < 1e-3,
    "another head scores a run that asks for it",
  );
  assert.equal(tf.memory().numTensors, open, "and leaves nothing behind");
  await engine.close();
  assert.equal(tf.memory().numTensors, before, "closing frees every tensor");
});

const installed = ((binding: string) => {
  try {
    return import.meta.resolve(binding) !== undefined;
  } catch {
    return false;
  }
})("@tensorflow/tfjs-node-gpu");

test("where the TensorFlow package is not installed, choosing it says how to install it", {
  skip: installed,
}, async () => {
  await assert.rejects(
    openEngine({ engine: "tensorflow", device: "cuda", threads: 1, backbonePath, head }),
    (error: Error & { code?: string }) =>
      error.code === "ENGINE_UNAVAILABLE" && error.message.includes("npm run setup:gpu"),
  );
});
