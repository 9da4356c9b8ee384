import { INPUT_LENGTH, ModelError } from "@redspot/model";
import { ConfigError } from "@redspot/runtime";
import { type InferenceConfig, openModels } from "./open-model.ts";

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
    const { configured, shadow, shadowRefused, close } = await openModels(read());
    try {
      if (shadowRefused) throw shadowRefused;
      const { modelPackage, engine } = configured;
      const { logits } = await engine.run(new Float32Array(INPUT_LENGTH).fill(0.5), 1);
      const { name, version, intendedUse } = modelPackage.manifest;
      const beside = shadow ? `, ${shadow.identity.name} ${shadow.identity.version} in its shadow` : "";
      const made = `${name} ${version} (${intendedUse}) on ${engine.name} ${engine.version} (${engine.device})${beside}`;
      return Number.isFinite(logits[0])
        ? { isFine: true, found: made }
        : { isFine: false, found: `${made} gives no score` };
    } finally {
      await close();
    }
  } catch (error) {
    if (!(error instanceof ModelError) && !(error instanceof ConfigError)) throw error;
    return { isFine: false, found: `${error.code}: ${error.message}` };
  }
}
