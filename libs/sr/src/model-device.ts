import { deriveUid } from "@redspot/dicom";
import type { Finding, ModelIdentity } from "@redspot/triage";
import type { Device } from "./equipment.ts";
import type { Language } from "./languages/language.ts";
import type { Algorithm } from "./tid-4019-algorithm-identification.ts";

/** The equipment of an installation; the UID is derived from the model package unless given. */
export type Installation = Omit<Device, "uid" | "softwareVersions"> & { readonly uid?: string };

/** The device that made a finding: one per model package, whose hash changes whenever weights or calibration do. */
export function deviceOf({ model, softwareVersion }: Finding, installation: Installation): Device {
  const versions = [softwareVersion, `${model.name} ${model.version}`];
  return {
    uid: deriveUid("device", model.packageHash),
    softwareVersions: versions.map((version) => version.slice(0, 64)),
    ...installation,
  };
}

export function isDemonstration({ intendedUse }: ModelIdentity): boolean {
  return intendedUse !== "clinical";
}

/** A text, with the mark of a demonstration model behind it where the model is one. */
export function marked(text: string, model: ModelIdentity, { demonstrationMark }: Language): string {
  return isDemonstration(model) ? `${text} (${demonstrationMark})` : text;
}

/** The algorithm, with everything that makes a result traceable to the byte. */
export function algorithmOf({ model, softwareVersion }: Finding, language: Language): Algorithm {
  const { low, high } = model.inconclusiveBand;
  return {
    name: marked(model.name, model, language),
    version: model.version,
    parameters: [
      `intended use = ${model.intendedUse}`,
      `cut-off = ${model.cutOff}`,
      `inconclusive band = ${low} to ${high}`,
      `preprocessing = ${model.preprocessingVersion}`,
      `engine = ${model.engine}`,
      `software = ${softwareVersion}`,
      `model package SHA-256 = ${model.packageHash}`,
      `backbone SHA-256 = ${model.backboneHash}`,
      `head SHA-256 = ${model.headHash}`,
      `calibration SHA-256 = ${model.calibrationHash}`,
    ],
  };
}
