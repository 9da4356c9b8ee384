import { INPUT_LENGTH, ModelError } from "@redspot/model";
import { ConfigError } from "@redspot/runtime";
import { type InferenceConfig, openModel } from "./open-model.ts";

interface Trial {
  isFine: boolean;
  found: string;
}

/**
 * Opens the model and scores a grey image, as `redspot-admin doctor` asks: what was found, or what is wrong.
 *
 * @param read reads the configuration, which may have mistakes
 */
export async function tryModel(read: () => InferenceConfig): Promise<Trial> {
  try {
    const { modelPackage, engine } = await openModel(read());
    try {
      const { logits } = await engine.run(new Float32Array(INPUT_LENGTH).fill(0.5), 1);
      const { name, version, intendedUse } = modelPackage.manifest;
      const made = `${name} ${version} (${intendedUse}) on ${engine.name} ${engine.version} (${engine.device})`;
      return Number.isFinite(logits[0])
        ? { isFine: true, found: made }
        : { isFine: false, found: `${made} gives no score` };
    } finally {
      await engine.close();
    }
  } catch (error) {
    if (!(error instanceof ModelError) && !(error instanceof ConfigError)) throw error;
    return { isFine: false, found: `${error.code}: ${error.message}` };
  }
}
