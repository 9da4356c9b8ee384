import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Backbone } from "./backbone.ts";
import { type BackboneDescription, backboneParts } from "./backbone-file.ts";
import type { KerasWeights } from "./keras-weights.ts";

/** Called after each convolution: so many of so many done. */
type OnProgress = (done: number, of: number) => void;

/**
 * Makes a backbone of weights and puts it into the cache, where `ensureBackbone` finds it by its hash. The same weights
 * and description give the same hash. It computes in the thread that calls, for some seconds.
 *
 * @throws {ModelError} WEIGHTS_UNEXPECTED
 */
export async function importBackbone(
  weights: KerasWeights,
  description: BackboneDescription,
  { cacheDir, onProgress }: { cacheDir: string; onProgress?: OnProgress },
): Promise<Backbone> {
  const folder = join(cacheDir, "backbones");
  await mkdir(folder, { recursive: true });
  const { path, sha256 } = await writeBackbone(
    weights,
    description,
    (made) => join(folder, `${made}.onnx`),
    folder,
    onProgress,
  );
  return { ...description, path, sha256 };
}

/**
 * Writes a backbone beside its final place and renames it, so that no reader ever meets half of one.
 *
 * @param place where a backbone of that hash goes; what it throws leaves nothing behind
 */
export async function writeBackbone(
  weights: KerasWeights,
  description: BackboneDescription,
  place: (sha256: string) => string,
  folder: string,
  onProgress?: OnProgress,
): Promise<{ path: string; sha256: string }> {
  const temporary = join(folder, `${randomUUID()}.tmp`);
  try {
    const hash = createHash("sha256");
    const file = await open(temporary, "wx");
    try {
      for (const { bytes, done, of } of backboneParts(weights, description)) {
        hash.update(bytes);
        await file.writeFile(bytes);
        onProgress?.(done, of);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const sha256 = hash.digest("hex");
    const path = place(sha256);
    await rename(temporary, path);
    return { path, sha256 };
  } finally {
    await rm(temporary, { force: true });
  }
}
