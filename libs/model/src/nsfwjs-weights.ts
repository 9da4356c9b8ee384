import { InceptionV3Model } from "nsfwjs/models/inception_v3";
import { z } from "zod";
import type { KerasWeights } from "./keras-weights.ts";
import { ModelError } from "./model-error.ts";

/** The part of a TensorFlow.js layers model (model.json) that says where each tensor lies and how it was quantised. */
const modelJson = z.object({
  weightsManifest: z.tuple([
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.number().int().positive()),
          dtype: z.literal("float32"),
          quantization: z.object({ dtype: z.literal("uint8"), min: z.number(), scale: z.number() }),
        }),
      ),
    }),
  ]),
});

/**
 * Reads the Inception v3 that the `nsfwjs` package carries: 8 bits a value, each tensor with its own minimum and step,
 * in shards of base64. TensorFlow.js itself is not loaded. The shards stay in the module cache of the thread that calls
 * (30 MB), so call it in a thread that ends afterwards.
 */
export async function readNsfwjsWeights(): Promise<KerasWeights> {
  const parsed = modelJson.safeParse((await InceptionV3Model.modelJson()).default);
  if (!parsed.success) {
    throw new ModelError(
      "WEIGHTS_UNEXPECTED",
      `nsfwjs: its model.json is not as expected:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const [group] = parsed.data.weightsManifest;
  const shards: Buffer[] = [];
  for (const load of InceptionV3Model.weightBundles) {
    shards.push(Buffer.from(String((await load()).default), "base64"));
  }
  const bytes = Buffer.concat(shards);

  const places = new Map<string, (typeof group.weights)[number] & { start: number; length: number }>();
  let start = 0;
  for (const weight of group.weights) {
    const length = weight.shape.reduce((product, size) => product * size, 1);
    places.set(weight.name, { ...weight, start, length });
    start += length;
  }
  if (start !== bytes.length) {
    throw new ModelError(
      "WEIGHTS_UNEXPECTED",
      `nsfwjs: its model.json describes ${start} values, its shards hold ${bytes.length}. Reinstall it: npm ci`,
    );
  }

  return {
    tensor(name, shape) {
      const place = places.get(name);
      if (place === undefined || place.shape.join() !== shape.join()) {
        const found = place === undefined ? "none" : `one of shape ${place.shape.join(" x ")}`;
        throw new ModelError(
          "WEIGHTS_UNEXPECTED",
          `nsfwjs: wanted ${name} of shape ${shape.join(" x ")}, found ${found}`,
        );
      }
      const { min, scale } = place.quantization;
      const values = new Float32Array(place.length);
      for (let i = 0; i < values.length; i++) values[i] = bytes[place.start + i]! * scale + min;
      return values;
    },
  };
}
