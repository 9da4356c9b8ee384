import {
  assertUsableIn,
  type EngineLanes,
  ensurePackageBackbone,
  loadModelPackage,
  ModelError,
  type ModelErrorCode,
  type ModelPackage,
  openLanes,
} from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import type { readConfig } from "@redspot/runtime";
import type { ModelIdentity } from "@redspot/triage";
import type { ScoringModel } from "./batcher.ts";
import { identityOf } from "./model-identity.ts";
import { trustedKeys } from "./trusted-keys.ts";
import { lanesOf, type variables } from "./variables.ts";

export type InferenceConfig = ReturnType<typeof readConfig<typeof variables>>;

/** A model package that is loaded and verified, and the engine that runs it. */
export interface OpenModel extends ScoringModel {
  readonly modelPackage: ModelPackage;
  readonly identity: ModelIdentity;
  /** Packages of one backbone share it. */
  readonly engine: EngineLanes;
  /** Why it may not speak in this mode, by code. */
  readonly refusedAs?: ModelErrorCode;
}

/**
 * The model package that the configuration names, verified, and an engine that runs it. Throws ModelError where the package
 * is not whole, not signed, or not for this mode, and where the engine does not start.
 */
async function openModel(config: InferenceConfig): Promise<OpenModel> {
  const modelPackage = await load(config.REDSPOT_MODEL_PACKAGE, config);
  assertUsableIn(config.REDSPOT_MODE, modelPackage.manifest);
  return open(modelPackage, config);
}

/** What a process has loaded. */
export interface OpenModels {
  /** The package of REDSPOT_MODEL_PACKAGE. */
  configured: OpenModel;
  /** That of REDSPOT_SHADOW_PACKAGE. */
  shadow?: OpenModel | undefined;
  /** Why there is none though one is configured. */
  shadowRefused?: Error;
  close: () => Promise<void>;
}

/** Opens both packages. One that shall only score beside the other keeps nobody from starting. Throws as `openModel`. */
export async function openModels(config: InferenceConfig): Promise<OpenModels> {
  const configured = await openModel(config);
  const opened = await openShadow(config, configured).then(
    (shadow) => ({ shadow }),
    (error: Error) => ({ shadow: undefined, shadowRefused: error }),
  );
  const engines = new Set([configured.engine, ...(opened.shadow ? [opened.shadow.engine] : [])]);
  return {
    configured,
    ...opened,
    close: async () => void (await Promise.all([...engines].map((engine) => engine.close()))),
  };
}

/**
 * The package that scores beside it; undefined where the configuration names none, or the same one. It is verified as the
 * other is, but for what it is made for: that is asked when it is to speak. Throws ModelError as `openModel`.
 */
async function openShadow(config: InferenceConfig, beside: OpenModel): Promise<OpenModel | undefined> {
  if (config.REDSPOT_SHADOW_PACKAGE === undefined) return undefined;
  const modelPackage = await load(config.REDSPOT_SHADOW_PACKAGE, config);
  if (modelPackage.packageHash === beside.modelPackage.packageHash) return undefined;
  const shadow = await open(modelPackage, config, beside);
  try {
    assertUsableIn(config.REDSPOT_MODE, modelPackage.manifest);
    return shadow;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { ...shadow, refusedAs: error.code };
  }
}

async function load(folder: string, config: InferenceConfig): Promise<ModelPackage> {
  return loadModelPackage(folder, {
    expectedPreprocessingVersion: PREPROCESSING_VERSION,
    trustedKeys: await trustedKeys(config.REDSPOT_MODEL_PUBLIC_KEY, config.REDSPOT_MODEL_PUBLIC_KEY_FILE),
  });
}

async function open(modelPackage: ModelPackage, config: InferenceConfig, beside?: OpenModel): Promise<OpenModel> {
  const { manifest, head, calibrate } = modelPackage;
  const { path, sha256, inputScaling } = await ensurePackageBackbone(manifest, { cacheDir: config.REDSPOT_CACHE_DIR });
  const lanes = lanesOf(config);
  const engine =
    beside?.identity.backboneHash === sha256
      ? beside.engine
      : await openLanes(
          {
            engine: config.REDSPOT_ENGINE,
            device: config.REDSPOT_DEVICE,
            threads: Math.ceil(config.REDSPOT_ENGINE_THREADS / lanes),
            backbonePath: path,
            head,
          },
          lanes,
        );
  return { modelPackage, identity: identityOf(modelPackage, engine), engine, inputScaling, head, calibrate };
}
