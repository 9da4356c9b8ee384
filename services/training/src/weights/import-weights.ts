import { rm } from "node:fs/promises";
import { type Backbone, importBackbone } from "@redspot/model";
import { OFFICIAL_MD5, openKerasFile } from "./keras-file.ts";
import { proveBackbone } from "./prove-backbone.ts";

export interface ImportOptions {
  /** Path of the HDF5 file. */
  readonly file: string;
  readonly cacheDir: string;
  readonly onProgress?: (stage: "import" | "proof", done: number, of: number) => void;
}

export interface ImportedWeights {
  readonly backbone: Backbone;
  readonly md5: string;
  /** Whether the file is, byte for byte, the one that Keras Applications published. */
  readonly official: boolean;
  /** Largest difference from Keras' own features, as a part of the largest feature. */
  readonly difference: number;
}

/** Keras' Inception v3 takes grey values from -1 to 1 (`keras.applications.inception_v3.preprocess_input`). */
const KERAS_SCALING = { min: -1, max: 1 };

/**
 * Brings Keras ImageNet weights in as a backbone: reads them, folds them into an ONNX file in the cache, named by its
 * hash, and proves it against Keras' own graph.
 *
 * @throws {TrainingError} WEIGHTS_UNREADABLE, WEIGHTS_UNPROVEN
 * @throws {ModelError} WEIGHTS_UNEXPECTED
 */
export async function importWeights({ file, cacheDir, onProgress }: ImportOptions): Promise<ImportedWeights> {
  const keras = await openKerasFile(file);
  try {
    const { md5, weights } = keras;
    const official = md5 === OFFICIAL_MD5;
    const description = official
      ? {
          name: "inception-v3-imagenet",
          source: `Keras Applications 0.5 (MIT): Inception v3 trained on ImageNet, MD5 ${md5}`,
          inputScaling: KERAS_SCALING,
        }
      : {
          name: `inception-v3-${md5.slice(0, 8)}`,
          source: `A file in the layout of Keras' Inception v3 that is not the published one, MD5 ${md5}`,
          inputScaling: KERAS_SCALING,
        };
    const backbone = await importBackbone(weights, description, {
      cacheDir,
      onProgress: (done, of) => onProgress?.("import", done, of),
    });
    onProgress?.("proof", 0, 1);
    const difference = await proveBackbone(backbone, weights).catch(async (error) => {
      await rm(backbone.path, { force: true });
      throw error;
    });
    onProgress?.("proof", 1, 1);
    return { backbone, md5, official, difference };
  } finally {
    keras.close();
  }
}
