import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

/** TensorFlow.js on WebAssembly with SIMD, in one thread: its results do not depend on the machine's load or cores. */
export async function startTensorflow(): Promise<typeof tf> {
  if (tf.getBackend() !== "wasm") {
    setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
    await tf.setBackend("wasm");
    await tf.ready();
  }
  return tf;
}

/** What trains heads: on the same of these, the same cases, options and seed give the same head. */
export const TENSORFLOW = `tensorflow.js ${tf.version.tfjs} (wasm)`;
