import { readFile } from "node:fs/promises";
import type * as TensorflowJs from "@tensorflow/tfjs";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import { INPUT, INPUT_SIZE, inceptionV3, LAST_MAPS, type Layer } from "./architecture.ts";
import { checkHead, checkInput, type Engine, type Head } from "./engine.ts";
import { decodeModel } from "./onnx-messages.ts";

/** TensorFlow.js with whatever backend it was given: native (tfjs-node-gpu, tfjs-node), or WASM in the tests. */
export type Tensorflow = typeof TensorflowJs;

export interface TensorflowEngineOptions {
  readonly tf: Tensorflow;
  readonly backbonePath: string;
  readonly head: Head;
  readonly device: string;
}

interface Parameters {
  readonly kernel: Tensor4D;
  readonly bias: Tensor1D;
}

/**
 * Inception v3 on TensorFlow.js, with the weights of the same backbone file as the ONNX engine: the same hash stands for
 * the same network. It computes in the thread that calls: see `openEngine`.
 */
export async function createTensorflowEngine(options: TensorflowEngineOptions): Promise<Engine> {
  const { tf, head } = options;
  checkHead(head);
  const layers = inceptionV3();
  const lastUses = findLastUses(layers);
  const parameters = await readParameters(tf, options.backbonePath);
  const headWeights = tf.tensor2d(head.weights, [head.weights.length, 1]);

  const lastMaps = (image: Tensor4D): Tensor4D => {
    const values = new Map<string, Tensor4D>([[INPUT, image]]);
    for (const [at, layer] of layers.entries()) {
      values.set(layer.name, apply(tf, layer, values, parameters));
      for (const name of lastUses.get(at) ?? []) values.get(name)?.dispose();
    }
    return values.get(LAST_MAPS)!;
  };

  return {
    name: "tensorflow",
    version: tf.version.tfjs,
    device: options.device,
    async run(input, n, other) {
      checkInput(input, n);
      if (other) checkHead(other);
      const outputs = tf.tidy(() => {
        const image = tf.tensor4d(input, [n, 3, INPUT_SIZE, INPUT_SIZE]).transpose<Tensor4D>([0, 2, 3, 1]);
        const maps = lastMaps(image);
        const features = maps.mean<Tensor>([1, 2]);
        const weights = other ? tf.tensor2d(other.weights, [other.weights.length, 1]) : headWeights;
        const logits = features.matMul(weights).add((other ?? head).bias);
        return [features, logits, maps.reshape([-1, head.weights.length]).matMul(weights)];
      });
      try {
        const [features, logits, activationMaps] = await Promise.all(outputs.map((tensor) => tensor.data<"float32">()));
        return { features: features!, logits: logits!, activationMaps: activationMaps! };
      } finally {
        tf.dispose(outputs);
      }
    },
    async close() {
      tf.dispose([headWeights, ...[...parameters.values()].flatMap(({ kernel, bias }) => [kernel, bias])]);
    },
  };
}

function apply(
  tf: Tensorflow,
  layer: Layer,
  values: ReadonlyMap<string, Tensor4D>,
  parameters: ReadonlyMap<string, Parameters>,
): Tensor4D {
  switch (layer.kind) {
    case "convolution": {
      const { kernel, bias } = parameters.get(layer.name)!;
      const x = values.get(layer.input)!;
      return tf.fused.conv2d({
        x,
        filter: kernel,
        bias,
        strides: layer.stride,
        pad: layer.padding,
        activation: "relu",
      });
    }
    case "max-pool":
      return tf.maxPool(values.get(layer.input)!, 3, layer.stride, layer.padding);
    case "average-pool":
      return tf.avgPool(values.get(layer.input)!, 3, layer.stride, layer.padding);
    case "concatenation":
      return tf.concat(
        layer.inputs.map((name) => values.get(name)!),
        3,
      );
  }
}

/** For each layer's place, the values that nobody needs after it: they are freed then, not at the end. */
function findLastUses(layers: readonly Layer[]): ReadonlyMap<number, readonly string[]> {
  const last = new Map<string, number>();
  for (const [at, layer] of layers.entries()) {
    for (const name of layer.kind === "concatenation" ? layer.inputs : [layer.input]) last.set(name, at);
  }
  return Map.groupBy(last.keys(), (name) => last.get(name)!);
}

/** The convolutions' weights out of the backbone's ONNX file, with kernels turned from OIHW to TensorFlow's HWIO. */
async function readParameters(tf: Tensorflow, backbonePath: string): Promise<Map<string, Parameters>> {
  const tensors = new Map(decodeModel(await readFile(backbonePath)).graph?.initializer?.map((t) => [t.name, t]));
  const parameters = new Map<string, Parameters>();
  const values = (name: string) => {
    const { rawData, dims } = tensors.get(name)!;
    return { data: new Float32Array(new Uint8Array(rawData).buffer), dims };
  };
  for (const layer of inceptionV3()) {
    if (layer.kind !== "convolution") continue;
    const { data, dims } = values(`${layer.name}/kernel`);
    const kernel = tf.tidy(() => tf.tensor(data, dims).transpose<Tensor4D>([2, 3, 1, 0]));
    parameters.set(layer.name, { kernel, bias: tf.tensor1d(values(`${layer.name}/bias`).data) });
  }
  return parameters;
}
