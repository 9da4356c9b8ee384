import { readFile } from "node:fs/promises";
import { inceptionV3 } from "./architecture.ts";
import { ModelError } from "./model-error.ts";
import { decodeModel } from "./onnx-messages.ts";

/**
 * The filters of the first layer of a backbone: 32 of 3 x 3 x 3, each by channel (red, green, blue), row and column, with
 * the batch normalisation within.
 *
 * @throws {ModelError} BACKBONE_UNKNOWN
 */
export async function readFirstFilters(backbonePath: string): Promise<Float32Array[]> {
  const first = inceptionV3().find((layer) => layer.kind === "convolution")!;
  const kernel = decodeModel(await readFile(backbonePath)).graph?.initializer?.find(
    ({ name }) => name === `${first.name}/kernel`,
  );
  if (kernel === undefined) throw new ModelError("BACKBONE_UNKNOWN", `${backbonePath} has no ${first.name}/kernel`);
  const values = new Float32Array(new Uint8Array(kernel.rawData).buffer);
  const size = values.length / first.filters;
  return Array.from({ length: first.filters }, (_, i) => values.slice(i * size, (i + 1) * size));
}
