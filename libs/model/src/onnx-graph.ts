import { FEATURE_COUNT, INPUT, INPUT_SIZE, LAST_MAPS, type Layer, MAP_SIZE } from "./architecture.ts";
import {
  FLOAT,
  INT_ATTRIBUTE,
  INT64,
  INTS_ATTRIBUTE,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "./onnx-messages.ts";

/** The names of what goes into a backbone's graph and of what comes out of it. */
export const GRAPH = {
  inputs: {
    /** float32 [n, 3, 299, 299]. */
    image: INPUT,
    /** float32 [1, 2048]. The head is an input, so that any head runs on the one backbone, at the cost of 8 KB a run. */
    headWeights: "head_weights",
    /** float32 [1]. */
    headBias: "head_bias",
  },
  outputs: {
    /** float32 [n, 2048]: the mean of each of the last feature maps. */
    features: "features",
    /** float32 [n]: features times head weights, plus bias. */
    logits: "logits",
    /** float32 [n, 8, 8]: the last feature maps summed with the head weights; their mean plus bias is the logit. */
    activationMaps: "activation_maps",
  },
} as const;

type Attributes = Record<string, number | readonly number[]>;

function node(opType: string, input: readonly string[], output: string, attributes: Attributes = {}): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    typeof value === "number"
      ? { name, type: INT_ATTRIBUTE, i: value }
      : { name, type: INTS_ATTRIBUTE, ints: [...value] },
  );
  return { opType, name: output, input: [...input], output: [output], attribute };
}

/** "same" occurs only with stride 1 and odd kernels, where it pads alike on both sides. */
function pads(padding: "same" | "valid", [height, width]: readonly [number, number]): number[] {
  const [y, x] = padding === "same" ? [(height - 1) / 2, (width - 1) / 2] : [0, 0];
  return [y, x, y, x];
}

/** The nodes of one layer; the output of the last carries the layer's name. */
export function layerNodes(layer: Layer): NodeProto[] {
  switch (layer.kind) {
    case "convolution": {
      const sum = `${layer.name}/sum`;
      const parameters = [`${layer.name}/kernel`, `${layer.name}/bias`];
      return [
        node("Conv", [layer.input, ...parameters], sum, {
          kernel_shape: layer.kernel,
          strides: [layer.stride, layer.stride],
          pads: pads(layer.padding, layer.kernel),
        }),
        node("Relu", [sum], layer.name),
      ];
    }
    case "max-pool":
    case "average-pool":
      return [
        node(layer.kind === "max-pool" ? "MaxPool" : "AveragePool", [layer.input], layer.name, {
          kernel_shape: [3, 3],
          strides: [layer.stride, layer.stride],
          pads: pads(layer.padding, [3, 3]),
        }),
      ];
    case "concatenation":
      return [node("Concat", layer.inputs, layer.name, { axis: 1 })];
  }
}

/** From the last feature maps to the three outputs. */
export function headNodes(): NodeProto[] {
  const { headWeights, headBias } = GRAPH.inputs;
  const { features, logits, activationMaps } = GRAPH.outputs;
  return [
    node("GlobalAveragePool", [LAST_MAPS], "pooled"),
    node("Flatten", ["pooled"], features, { axis: 1 }),
    node("Gemm", [features, headWeights, headBias], "logit_column", { transB: 1 }),
    node("Reshape", ["logit_column", "shape/logits"], logits),
    node("Reshape", [LAST_MAPS, "shape/pixels"], "pixels"),
    node("MatMul", [headWeights, "pixels"], "weighted_pixels"),
    node("Reshape", ["weighted_pixels", "shape/activation_maps"], activationMaps),
  ];
}

/** The constant shapes that `headNodes` takes: 0 keeps a dimension, -1 is what is left. */
export function headShapes(): TensorProto[] {
  return [
    shapeTensor("shape/logits", [-1]),
    shapeTensor("shape/pixels", [0, FEATURE_COUNT, MAP_SIZE * MAP_SIZE]),
    shapeTensor("shape/activation_maps", [-1, MAP_SIZE, MAP_SIZE]),
  ];
}

export function graphInputs(): ValueInfoProto[] {
  const { image, headWeights, headBias } = GRAPH.inputs;
  return [
    floats(image, ["n", 3, INPUT_SIZE, INPUT_SIZE]),
    floats(headWeights, [1, FEATURE_COUNT]),
    floats(headBias, [1]),
  ];
}

export function graphOutputs(): ValueInfoProto[] {
  const { features, logits, activationMaps } = GRAPH.outputs;
  return [
    floats(features, ["n", FEATURE_COUNT]),
    floats(logits, ["n"]),
    floats(activationMaps, ["n", MAP_SIZE, MAP_SIZE]),
  ];
}

function floats(name: string, shape: readonly (number | string)[]): ValueInfoProto {
  const dim = shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

/** ONNX keeps raw data little-endian, as the processors that Node runs on do. */
export function floatTensor(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims: [...dims], dataType: FLOAT, rawData };
}

function shapeTensor(name: string, values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { name, dims: [values.length], dataType: INT64, rawData };
}
