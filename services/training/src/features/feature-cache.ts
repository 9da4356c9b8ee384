import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FEATURE_COUNT } from "@redspot/model";
import type { Augmentation } from "../augment/augmentation.ts";
import { writeWorkFile } from "../work-folder.ts";

/** All that decides features, to the byte. */
export interface FeatureKey {
  /** Of the case: it is a hash of its model input. */
  readonly id: string;
  readonly augmentations: readonly Augmentation[];
  readonly backbone: string;
  readonly engine: { readonly name: string; readonly version: string; readonly device: string };
  readonly preprocessingVersion: string;
}

const FOLDER = "features/cache";
const DIGEST = 32;

/**
 * Features that have been computed, a file a case, by the hash of all that decides them. A file ends with the hash of
 * what comes before, so that one left half by a power cut is as good as none.
 */
export class FeatureCache {
  readonly #work: string;

  private constructor(work: string) {
    this.#work = work;
  }

  static async open(work: string): Promise<FeatureCache> {
    await mkdir(join(work, FOLDER), { recursive: true });
    return new FeatureCache(work);
  }

  /** A case's features, n x 2,048; undefined where they are not there or not whole. */
  async get(key: FeatureKey): Promise<Uint8Array | undefined> {
    const length = 4 * FEATURE_COUNT * key.augmentations.length;
    const bytes = await readFile(join(this.#work, fileOf(key))).catch(() => undefined);
    if (bytes?.length !== length + DIGEST) return undefined;
    const features = bytes.subarray(0, length);
    return sha256(features).equals(bytes.subarray(length)) ? features : undefined;
  }

  /** @throws {TrainingError} DISK_FULL */
  async put(key: FeatureKey, features: Float32Array): Promise<void> {
    const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    await writeWorkFile(this.#work, fileOf(key), Buffer.concat([bytes, sha256(bytes)]), { durable: false });
  }
}

function fileOf(key: FeatureKey): string {
  return join(FOLDER, `${sha256(Buffer.from(JSON.stringify(key))).toString("hex", 0, 16)}.f32`);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
