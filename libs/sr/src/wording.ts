import type { Finding, InstanceFinding } from "@redspot/triage";

/** What stands wherever a demonstration model could be taken for a clinical one. */
export const DEMONSTRATION_WARNING =
  "DEMONSTRATION MODEL - NOT FOR CLINICAL USE. This report must not be used to decide about a patient.";

/** A probability in percent, one digit after the point: what a person reads. */
function percentText(probability: number): string {
  return `${(probability * 100).toFixed(1)} %`;
}

/** The finding in one sentence for the person who reads the study. */
export function summaryOf({ outcome, probability = 0, reason, model }: Finding): string {
  const figures = `Calibrated probability of a fracture ${percentText(probability)}, cut-off ${percentText(model.cutOff)}.`;
  const { low, high } = model.inconclusiveBand;
  switch (outcome) {
    case "fracture":
      return `Suspected fracture. ${figures}`;
    case "no-fracture":
      return `No fracture suspected; this does not rule one out. ${figures}`;
    case "inconclusive":
      return `Inconclusive: within the band from ${percentText(low)} to ${percentText(high)}. ${figures}`;
    case "not-analysed":
      return `Not analysed: ${reason === undefined ? "no reason was recorded" : reasonText(reason)}.`;
  }
}

/** Why instances were passed over, all for the same reason. */
export function passedOverText(instances: readonly (InstanceFinding & { analysed: false })[]): string {
  const count = instances.length === 1 ? "One instance" : `${instances.length} instances`;
  return `${count} not analysed: ${instances[0] === undefined ? "" : reasonText(instances[0].reason)}.`;
}

function reasonText({ code, text }: { code: string; text: string }): string {
  return `${text} (${code})`;
}
