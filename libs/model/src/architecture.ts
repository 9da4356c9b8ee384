/**
 * Inception v3 without its classifier, described once: Szegedy et al., "Rethinking the Inception Architecture for
 * Computer Vision" (2016), in the layout and with the layer names of Keras (`conv2d_1` to `conv2d_94`, `mixed0` to
 * `mixed10`), by which published weights are addressed. The weight import, the ONNX writer and the TensorFlow.js engine
 * all read this description.
 */

/** Side of the square input, in pixels; it has three channels. */
export const INPUT_SIZE = 299;
/** Channels of the last feature maps, and so the length of the pooled features. */
export const FEATURE_COUNT = 2048;
/** Side of the last feature maps. */
export const MAP_SIZE = 8;
/** Keras builds Inception v3 with this batch normalisation epsilon. */
export const BATCH_NORMALIZATION_EPSILON = 1e-3;

type Padding = "same" | "valid";

/** A convolution without bias, then batch normalisation without gamma (`batch_normalization_k`), then ReLU. */
export interface Convolution {
  readonly kind: "convolution";
  readonly name: string;
  readonly batchNormalization: string;
  readonly input: string;
  readonly inputChannels: number;
  readonly filters: number;
  /** Height and width. */
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly padding: Padding;
}

/** A 3 x 3 pool. An average at the border divides by the number of values that lie inside, as TensorFlow does. */
interface Pool {
  readonly kind: "max-pool" | "average-pool";
  readonly name: string;
  readonly input: string;
  readonly stride: 1 | 2;
  readonly padding: Padding;
}

/** Feature maps laid one after the other along the channels. */
interface Concatenation {
  readonly kind: "concatenation";
  readonly name: string;
  readonly inputs: readonly string[];
}

export type Layer = Convolution | Pool | Concatenation;

/** Name that stands for the network's input where a layer takes it. */
export const INPUT = "input";
/** Name of the layer whose output is the last feature maps, 8 x 8 x 2,048. */
export const LAST_MAPS = "mixed10";

type Kernel = readonly [number, number];
const K1: Kernel = [1, 1];
const K3: Kernel = [3, 3];
const K5: Kernel = [5, 5];
const ROW3: Kernel = [1, 3];
const COLUMN3: Kernel = [3, 1];
const ROW7: Kernel = [1, 7];
const COLUMN7: Kernel = [7, 1];

/** Adds layers in the order in which Keras numbers them, and keeps count of channels. */
class Graph {
  readonly layers: Layer[] = [];
  readonly #channels = new Map<string, number>([[INPUT, 3]]);
  readonly #counts = new Map<string, number>();

  #number(stem: string): string {
    const count = (this.#counts.get(stem) ?? 0) + 1;
    this.#counts.set(stem, count);
    return `${stem}_${count}`;
  }

  #channelsOf(name: string): number {
    const channels = this.#channels.get(name);
    if (channels === undefined) throw new RangeError(`no layer ${name} yet`);
    return channels;
  }

  convolve(input: string, filters: number, kernel: Kernel, stride: 1 | 2 = 1, padding: Padding = "same"): string {
    const name = this.#number("conv2d");
    const batchNormalization = this.#number("batch_normalization");
    const inputChannels = this.#channelsOf(input);
    this.layers.push({
      kind: "convolution",
      name,
      batchNormalization,
      input,
      inputChannels,
      filters,
      kernel,
      stride,
      padding,
    });
    this.#channels.set(name, filters);
    return name;
  }

  chain(input: string, ...steps: readonly (readonly [number, Kernel])[]): string {
    return steps.reduce((from, [filters, kernel]) => this.convolve(from, filters, kernel), input);
  }

  /** The max pools of Inception v3 halve the maps; its average pools keep their size. */
  maxPool(input: string): string {
    return this.#pool({ kind: "max-pool", name: this.#number("max_pooling2d"), input, stride: 2, padding: "valid" });
  }

  averagePool(input: string): string {
    const name = this.#number("average_pooling2d");
    return this.#pool({ kind: "average-pool", name, input, stride: 1, padding: "same" });
  }

  #pool(pool: Pool): string {
    this.layers.push(pool);
    this.#channels.set(pool.name, this.#channelsOf(pool.input));
    return pool.name;
  }

  concatenate(inputs: readonly string[], name = this.#number("concatenate")): string {
    this.layers.push({ kind: "concatenation", name, inputs });
    this.#channels.set(
      name,
      inputs.reduce((sum, input) => sum + this.#channelsOf(input), 0),
    );
    return name;
  }
}

function stem(graph: Graph): string {
  const a = graph.convolve(INPUT, 32, K3, 2, "valid");
  const b = graph.convolve(a, 32, K3, 1, "valid");
  const c = graph.convolve(b, 64, K3);
  const d = graph.convolve(graph.maxPool(c), 80, K1, 1, "valid");
  const e = graph.convolve(d, 192, K3, 1, "valid");
  return graph.maxPool(e);
}

/** 35 x 35: mixed0 to mixed2. */
function inceptionA(graph: Graph, input: string, name: string, pooled: number): string {
  const one = graph.convolve(input, 64, K1);
  const five = graph.chain(input, [48, K1], [64, K5]);
  const threes = graph.chain(input, [64, K1], [96, K3], [96, K3]);
  const pool = graph.convolve(graph.averagePool(input), pooled, K1);
  return graph.concatenate([one, five, threes, pool], name);
}

/** 35 x 35 to 17 x 17: mixed3. */
function reductionA(graph: Graph, input: string, name: string): string {
  const three = graph.convolve(input, 384, K3, 2, "valid");
  const threes = graph.convolve(graph.chain(input, [64, K1], [96, K3]), 96, K3, 2, "valid");
  return graph.concatenate([three, threes, graph.maxPool(input)], name);
}

/** 17 x 17, with 7 x 7 convolutions taken apart into rows and columns: mixed4 to mixed7. */
function inceptionB(graph: Graph, input: string, name: string, width: number): string {
  const one = graph.convolve(input, 192, K1);
  const seven = graph.chain(input, [width, K1], [width, ROW7], [192, COLUMN7]);
  const sevens = graph.chain(input, [width, K1], [width, COLUMN7], [width, ROW7], [width, COLUMN7], [192, ROW7]);
  const pool = graph.convolve(graph.averagePool(input), 192, K1);
  return graph.concatenate([one, seven, sevens, pool], name);
}

/** 17 x 17 to 8 x 8: mixed8. */
function reductionB(graph: Graph, input: string, name: string): string {
  const three = graph.convolve(graph.chain(input, [192, K1]), 320, K3, 2, "valid");
  const seven = graph.convolve(graph.chain(input, [192, K1], [192, ROW7], [192, COLUMN7]), 192, K3, 2, "valid");
  return graph.concatenate([three, seven, graph.maxPool(input)], name);
}

/** 8 x 8, with 3 x 3 convolutions that fan out into a row and a column: mixed9 and mixed10. */
function inceptionC(graph: Graph, input: string, name: string, block: number): string {
  const one = graph.convolve(input, 320, K1);
  const three = graph.chain(input, [384, K1]);
  const fan = graph.concatenate(
    [graph.convolve(three, 384, ROW3), graph.convolve(three, 384, COLUMN3)],
    `mixed9_${block}`,
  );
  const threes = graph.chain(input, [448, K1], [384, K3]);
  const fans = graph.concatenate([graph.convolve(threes, 384, ROW3), graph.convolve(threes, 384, COLUMN3)]);
  const pool = graph.convolve(graph.averagePool(input), 192, K1);
  return graph.concatenate([one, fan, fans, pool], name);
}

/** Every layer from the input to the last feature maps, each after the layers it takes its input from. */
export function inceptionV3(): readonly Layer[] {
  const graph = new Graph();
  let maps = stem(graph);
  [32, 64, 64].forEach((pooled, i) => {
    maps = inceptionA(graph, maps, `mixed${i}`, pooled);
  });
  maps = reductionA(graph, maps, "mixed3");
  [128, 160, 160, 192].forEach((width, i) => {
    maps = inceptionB(graph, maps, `mixed${4 + i}`, width);
  });
  maps = reductionB(graph, maps, "mixed8");
  maps = inceptionC(graph, maps, "mixed9", 0);
  inceptionC(graph, maps, LAST_MAPS, 1);
  return graph.layers;
}
