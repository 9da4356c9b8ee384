import {
  assertUsableIn,
  type Backbone,
  type EngineLanes,
  ensurePackageBackbone,
  loadModelPackage,
  type ModelPackage,
  openLanes,
} from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import type { readConfig } from "@redspot/runtime";
import { trustedKeys } from "./trusted-keys.ts";
import { lanesOf, type variables } from "./variables.ts";

export type InferenceConfig = ReturnType<typeof readConfig<typeof variables>>;

export interface OpenModel {
  modelPackage: ModelPackage;
  backbone: Backbone;
  engine: EngineLanes;
}

/**
 * The model package that the configuration names, verified, and an engine that runs it. Throws ModelError where the package
 * is not whole, not signed, or not for this mode, and where the engine does not start.
 */
export async function openModel(config: InferenceConfig): Promise<OpenModel> {
  const modelPackage = await loadModelPackage(config.REDSPOT_MODEL_PACKAGE, {
    expectedPreprocessingVersion: PREPROCESSING_VERSION,
    trustedKeys: await trustedKeys(config.REDSPOT_MODEL_PUBLIC_KEY, config.REDSPOT_MODEL_PUBLIC_KEY_FILE),
  });
  assertUsableIn(config.REDSPOT_MODE, modelPackage.manifest);
  const backbone = await ensurePackageBackbone(modelPackage.manifest, { cacheDir: config.REDSPOT_CACHE_DIR });
  const lanes = lanesOf(config);
  const engine = await openLanes(
    {
      engine: config.REDSPOT_ENGINE,
      device: config.REDSPOT_DEVICE,
      threads: Math.ceil(config.REDSPOT_ENGINE_THREADS / lanes),
      backbonePath: backbone.path,
      head: modelPackage.head,
    },
    lanes,
  );
  return { modelPackage, backbone, engine };
}
