import type { Engine, ModelPackage } from "@redspot/model";
import type { ModelIdentity } from "@redspot/triage";

/** What a finding says about the model that made it: enough to find exactly that model again. */
export function identityOf(
  { manifest, packageHash, calibrationHash }: Omit<ModelPackage, "head" | "calibrate">,
  { name, version, device }: Pick<Engine, "name" | "version" | "device">,
): ModelIdentity {
  const { low, high } = manifest.inconclusiveBand;
  return {
    name: manifest.name,
    version: manifest.version,
    intendedUse: manifest.intendedUse,
    packageHash,
    backboneHash: manifest.backbone.sha256,
    headHash: manifest.head.sha256,
    calibrationHash,
    cutOff: manifest.cutOff.value,
    inconclusiveBand: { low, high },
    preprocessingVersion: manifest.preprocessingVersion,
    engine: `${name} ${version} (${device})`,
  };
}
