import { isOfEligibility, isReasonCode, REASONS, type ReasonCode } from "@redspot/triage";
import type { Excluded } from "../work-folder.ts";

/** Why training does not use a row or an image, beside the reasons for which serving would not analyse it. */
const OWN_REASONS = {
  NO_LABEL: "no label, or a word that is none",
  CONTRADICTORY_LABELS: "labelled both ways",
  PLASTER_CAST: "plaster cast",
  OTHER_FRACTURE: "another fracture than of distal radius or ulna",
  INCONCLUSIVE_PROJECTION: "the lateral view alone does not decide",
  LISTED_TWICE: "in the label file twice",
  NOT_FOUND: "not found",
  OTHER_SIDE: "not the side that the label is about",
  SIDE_UNKNOWN: "both wrists in the study, and the label does not say which is broken",
  NOT_AN_IMAGE: "neither DICOM nor JPEG nor PNG",
  COLOUR: "a picture in colour",
  DUPLICATE: "the same image again",
  STRUCK: "struck by a radiologist",
} as const;

export type ExclusionReason = keyof typeof OWN_REASONS | ReasonCode;
type Stage = Excluded["stage"];

/** The stages in their order, and what leaves in each. */
export const STAGES: Record<Stage, string> = {
  labels: "With a label to learn from",
  found: "Found",
  eligible: "Lateral wrists of adults",
  readable: "Readable",
  kept: "Kept",
};

const STAGE_OF: Record<keyof typeof OWN_REASONS, Stage> = {
  NO_LABEL: "labels",
  CONTRADICTORY_LABELS: "kept",
  PLASTER_CAST: "labels",
  OTHER_FRACTURE: "labels",
  INCONCLUSIVE_PROJECTION: "labels",
  LISTED_TWICE: "labels",
  NOT_FOUND: "found",
  OTHER_SIDE: "eligible",
  SIDE_UNKNOWN: "eligible",
  NOT_AN_IMAGE: "found",
  COLOUR: "readable",
  DUPLICATE: "kept",
  STRUCK: "kept",
};

/** A row or an image that is left out; `stage` where it leaves elsewhere than its reason usually does. */
export function excluded(row: number, reason: ExclusionReason, stage?: Stage): Excluded {
  return { row, reason, stage: stage ?? stageOf(reason) };
}

function stageOf(reason: ExclusionReason): Stage {
  if (!isReasonCode(reason)) return STAGE_OF[reason];
  return isOfEligibility(reason) ? "eligible" : "readable";
}

/** What a reader is told about a reason. */
export function wordingOf(reason: string): string {
  if (isReasonCode(reason)) return REASONS[reason];
  return OWN_REASONS[reason as keyof typeof OWN_REASONS] ?? reason;
}
