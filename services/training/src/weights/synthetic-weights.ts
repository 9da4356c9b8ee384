/** For the tests: weights made by a formula, in the layout and with the names of the file that Keras Applications published. */
import type { KerasWeights } from "@redspot/model";
import { File, ready } from "h5wasm/node";
import { InceptionV3Model } from "nsfwjs/models/inception_v3";

/**
 * Kernels even between plus and minus sqrt(6 / fan in) (He et al. 2015), so that signals neither die nor explode over 48
 * layers; small shifts and means; variances around 1. Whole-number arithmetic up to the last step: the same everywhere.
 */
function synthesise(name: string, shape: readonly number[]): Float32Array {
  let state = [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  };
  const length = shape.reduce((product, size) => product * size, 1);
  const reach = Math.sqrt(6 / (length / shape.at(-1)!));
  const [middle, half] = name.endsWith("/kernel")
    ? [0, reach]
    : name.endsWith("/moving_variance")
      ? [1, 0.5]
      : [0.05, 0.1];
  return Float32Array.from({ length }, () => middle + half * draw());
}

export const SYNTHETIC: KerasWeights = { tensor: synthesise };

interface KerasLayer {
  name: string;
  weights: { name: string; shape: number[] }[];
}

/** Names and shapes of the weights, layer by layer, of Keras' own graph up to the pooled features. */
export async function kerasLayers(): Promise<KerasLayer[]> {
  const { modelTopology, weightsManifest } = (await InceptionV3Model.modelJson()).default;
  const { layers } = (modelTopology as { model_config: { config: { layers: { name: string }[] } } }).model_config
    .config;
  const [{ weights }] = weightsManifest as unknown as [{ weights: { name: string; shape: number[] }[] }];
  const end = layers.findIndex(({ name }) => name === "flatten_1");
  return layers.slice(0, end).map(({ name }) => ({
    name,
    weights: weights.filter((weight) => weight.name.startsWith(`${name}/`)),
  }));
}

/**
 * Writes what `model.save_weights` of Keras 2 writes: the attribute `layer_names`, a group a layer with the attribute
 * `weight_names`, and the data set of `conv2d_1/kernel:0` at `conv2d_1/conv2d_1/kernel:0`.
 */
export async function writeKerasFile(
  path: string,
  layers: readonly KerasLayer[],
  {
    rename = (name: string) => name,
    values = synthesise,
  }: { rename?: (name: string) => string; values?: typeof synthesise } = {},
): Promise<void> {
  await ready;
  const file = new File(path, "w");
  file.create_attribute(
    "layer_names",
    layers.map(({ name }) => rename(name)),
  );
  file.create_attribute("backend", "tensorflow");
  for (const { name, weights } of layers) {
    const group = file.create_group(rename(name));
    if (weights.length === 0) continue;
    group.create_attribute(
      "weight_names",
      weights.map((weight) => `${rename(weight.name)}:0`),
    );
    const inner = group.create_group(rename(name));
    for (const { name: full, shape } of weights) {
      const last = full.slice(full.lastIndexOf("/") + 1);
      inner.create_dataset({ name: `${last}:0`, data: values(full, shape), shape });
    }
  }
  file.close();
}
