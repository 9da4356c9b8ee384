import assert from "node:assert/strict";
import { test } from "node:test";
import { InceptionV3Model } from "nsfwjs/models/inception_v3";
import { BATCH_NORMALIZATION_EPSILON, INPUT, inceptionV3, type Layer } from "./architecture.ts";

interface KerasLayer {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: [string][][];
}

/** A layer as the Keras model's own JSON would have it: its name, its settings, its inputs. */
function inKerasTerms(layer: Layer): object {
  const seen = (name: string) => name.replace(/^conv2d_/, "activation_").replace(INPUT, "input_1");
  switch (layer.kind) {
    case "convolution": {
      const { name, filters, kernel, stride, padding } = layer;
      return { name, filters, kernel, strides: [stride, stride], padding, inputs: [seen(layer.input)] };
    }
    case "concatenation":
      return { name: layer.name, inputs: layer.inputs.map(seen) };
    default: {
      const { kind, name, stride, padding } = layer;
      return { kind, name, kernel: [3, 3], strides: [stride, stride], padding, inputs: [seen(layer.input)] };
    }
  }
}

function fromKeras({ class_name, name, config, inbound_nodes }: KerasLayer): object | undefined {
  const inputs = inbound_nodes[0]?.map(([input]) => input);
  const { filters, strides, padding } = config;
  if (class_name === "Conv2D") return { name, filters, kernel: config.kernel_size, strides, padding, inputs };
  if (class_name === "Concatenate") return { name, inputs };
  if (class_name === "MaxPooling2D")
    return { kind: "max-pool", name, kernel: config.pool_size, strides, padding, inputs };
  if (class_name === "AveragePooling2D") {
    return { kind: "average-pool", name, kernel: config.pool_size, strides, padding, inputs };
  }
  return undefined;
}

const byName = (a: object, b: object) => ("name" in a && "name" in b && String(a.name) < String(b.name) ? -1 : 1);

test("the description is the graph of the Keras model, layer by layer", async () => {
  const { modelTopology } = (await InceptionV3Model.modelJson()).default;
  const keras = (modelTopology as { model_config: { config: { layers: KerasLayer[] } } }).model_config.config.layers;
  const body = keras.slice(
    0,
    keras.findIndex(({ name }) => name === "average_pooling2d_10"),
  );
  const expected = body.map(fromKeras).filter((layer) => layer !== undefined);
  assert.deepEqual(inceptionV3().map(inKerasTerms).sort(byName), expected.sort(byName));

  for (const { class_name, name, config } of body) {
    if (class_name !== "BatchNormalization") continue;
    assert.equal(config.epsilon, BATCH_NORMALIZATION_EPSILON, name);
    assert.equal(config.scale, false, `${name} has no gamma`);
  }
});

test("it has the 94 convolutions and 21,802,784 parameters of Inception v3 without its top", () => {
  const convolutions = inceptionV3().filter((layer) => layer.kind === "convolution");
  assert.equal(convolutions.length, 94);
  const parameters = convolutions.map(
    ({ inputChannels, filters, kernel }) => inputChannels * kernel[0] * kernel[1] * filters + 3 * filters,
  );
  assert.equal(
    parameters.reduce((sum, count) => sum + count),
    21_802_784,
  );
});

test("every layer comes after those that it takes its input from", () => {
  const known = new Set<string>([INPUT]);
  for (const layer of inceptionV3()) {
    for (const input of layer.kind === "concatenation" ? layer.inputs : [layer.input])
      assert.ok(known.has(input), input);
    known.add(layer.name);
  }
});
