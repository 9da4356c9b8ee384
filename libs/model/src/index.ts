export { FEATURE_COUNT, INPUT_SIZE, MAP_SIZE } from "./architecture.ts";
export { type Backbone, EMBEDDED_BACKBONE, type EnsureBackboneOptions, ensureBackbone } from "./backbone.ts";
export type { BackboneDescription, InputScaling } from "./backbone-file.ts";
export { atPrevalence, type CalibrationMap, calibrate } from "./calibration.ts";
export { type Engine, type EngineOutput, type Head, INPUT_LENGTH, logitOf } from "./engine.ts";
export { readFirstFilters } from "./first-layer.ts";
export { importBackbone } from "./import-backbone.ts";
export type { KerasWeights } from "./keras-weights.ts";
export {
  type Calibration,
  calibrationSchema,
  cutOffSchema,
  type Estimate,
  estimateSchema,
  type IntendedUse,
  type Manifest,
  type Subgroup,
  subgroupSchema,
  type Threshold,
} from "./manifest.ts";
export { ModelError, type ModelErrorCode } from "./model-error.ts";
export {
  assertUsableIn,
  type EvaluationScores,
  ensurePackageBackbone,
  type LoadOptions,
  loadModelPackage,
  type ModelPackage,
  type PackageContent,
  writeModelPackage,
} from "./model-package.ts";
export { type EngineOptions, openEngine } from "./open-engine.ts";
export { type EngineLanes, openLanes } from "./open-lanes.ts";
export { fingerprintOf, makeSigningKeys, readPublicKeys } from "./signature.ts";
