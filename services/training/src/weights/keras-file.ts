import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { KerasWeights } from "@redspot/model";
import { Dataset, File, Group, ready } from "h5wasm/node";
import { TrainingError } from "../training-error.ts";

/** `inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5` of Keras Applications: its MD5 as Keras itself checks it. */
export const OFFICIAL_MD5 = "bcbd6486424b2319ff4ef7d526e38f63";

/** Convolutions of Inception v3 without its top, and as many batch normalisations. */
const LAYERS = 94;

/** An HDF5 file with the weights of Keras' Inception v3. */
export interface KerasFile {
  readonly md5: string;
  readonly weights: KerasWeights;
  close(): void;
}

/**
 * Opens a weights file of Keras: HDF5, a group a layer, whose attribute `weight_names` tells the data sets in it. Keras
 * numbers layers in the order in which it makes them, from wherever it has got to (`conv2d` or `conv2d_1` or
 * `conv2d_95`), so they are taken by their order, and every shape is held to the architecture when it is read.
 *
 * @throws {TrainingError} WEIGHTS_UNREADABLE
 */
export async function openKerasFile(path: string): Promise<KerasFile> {
  await expectHdf5(path);
  await ready;
  const file = new File(path, "r");
  try {
    const root = file.get("model_weights");
    const places = findTensors(path, root instanceof Group ? root : file);
    return {
      md5: await md5Of(path),
      weights: { tensor: (name, shape) => readTensor(path, file, places.get(name), name, shape) },
      close: () => void file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

const refuse = (path: string, why: string, cause?: unknown) =>
  new TrainingError(
    "WEIGHTS_UNREADABLE",
    `${path}: ${why}. Give inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5 of Keras Applications.`,
    { cause },
  );

/** An HDF5 file begins with 89 48 44 46 0d 0a 1a 0a (HDF5 File Format Specification 3.0, II.A). */
async function expectHdf5(path: string): Promise<void> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw refuse(path, `cannot be read (${cause.code})`, cause);
  });
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    if (buffer.toString("latin1") !== "\x89HDF\r\n\x1a\n") throw refuse(path, "is no HDF5 file");
  } finally {
    await file.close();
  }
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Where each tensor lies, by the name that the architecture gives it: `conv2d_1/kernel`, `batch_normalization_1/beta`. */
function findTensors(path: string, root: Group): Map<string, string> {
  const found = { conv2d: new Map<number, string[]>(), batch_normalization: new Map<number, string[]>() };
  for (const layer of root.keys().map((name) => root.get(name))) {
    if (!(layer instanceof Group)) continue;
    for (const name of textsOf(layer, "weight_names")) {
      const [, kind, number] = name.match(/(conv2d|batch_normalization)(?:_(\d+))?\/[a-z_]+(?::0)?$/) ?? [];
      if (kind === undefined) continue;
      const layers = found[kind as keyof typeof found];
      const at = Number(number ?? 0);
      layers.set(at, [...(layers.get(at) ?? []), `${layer.path}/${name}`]);
    }
  }
  const places = new Map<string, string>();
  for (const [kind, layers] of Object.entries(found)) {
    if (layers.size !== LAYERS)
      throw refuse(path, `has ${layers.size} layers ${kind} where Inception v3 has ${LAYERS}`);
    const inOrder = [...layers].sort(([a], [b]) => a - b);
    for (const [index, [, tensors]] of inOrder.entries()) {
      for (const place of tensors) {
        const tensor = place.slice(place.lastIndexOf("/") + 1).replace(/:0$/, "");
        if (tensor === "gamma" || tensor === "bias") throw refuse(path, `has a ${tensor}, which Inception v3 has not`);
        places.set(`${kind}_${index + 1}/${tensor}`, place);
      }
    }
  }
  return places;
}

function textsOf(group: Group, attribute: string): string[] {
  const value = group.attrs[attribute]?.value;
  return Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];
}

function readTensor(
  path: string,
  file: File,
  place: string | undefined,
  name: string,
  shape: readonly number[],
): Float32Array {
  const found = place === undefined ? undefined : file.get(place);
  if (!(found instanceof Dataset) || found.shape?.join() !== shape.join()) {
    const instead = found instanceof Dataset ? `one of shape ${found.shape?.join(" x ")}` : "none";
    throw refuse(path, `wanted ${name} of shape ${shape.join(" x ")}, found ${instead}`);
  }
  const { value } = found;
  if (!(value instanceof Float32Array)) throw refuse(path, `${name} is not kept as 32-bit floating point numbers`);
  return value;
}
