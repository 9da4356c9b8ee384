import { type Finding, isOfEligibility } from "@redspot/triage";
import type { CodedConcept } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import { type ContentItem, codeValueItem, compositeItem, imageItem, relate, textItem } from "./content-item.ts";
import type { SourceInstance } from "./evidence.ts";
import type { Language } from "./languages/language.ts";
import { isDemonstration } from "./model-device.ts";
import { PRESENCE } from "./presence.ts";
import { passedOverText, summaryOf } from "./wording.ts";

interface Evaluation {
  /** The study's instances, as far as their headers could be read. */
  readonly instances: readonly SourceInstance[];
  readonly language: Language;
  readonly actionableCategory: boolean;
  /** Whether a region or a picture goes with the report. */
  readonly isExplained: boolean;
}

/** The study as a whole: whether there is a fracture, whether the analysis succeeded, and both in words. */
export function evaluationsOf(finding: Finding, evaluation: Evaluation): ContentItem[] {
  const { instances, language } = evaluation;
  const isActionable = evaluation.actionableCategory && finding.outcome === "fracture";
  // The order of TID 1500 is significant: codes (row 13) come before texts (row 14).
  return [
    codeValueItem(Code.Fracture, PRESENCE[finding.outcome]),
    ...(isActionable ? [codeValueItem(Code.AssessmentCategory, Code.ActionableCategory2)] : []),
    codeValueItem(Code.SummaryOfAnalyses, statusOf(finding)),
    ...(isDemonstration(finding.model) ? [textItem(Code.Comment, language.demonstrationWarning)] : []),
    textItem(Code.Comment, summaryOf(finding, language)),
    ...(evaluation.isExplained ? [textItem(Code.Comment, language.explanation)] : []),
    ...passedOver(finding, instances, language),
  ];
}

/** Each reason for which instances were passed over, once, with those instances. */
function passedOver(finding: Finding, instances: readonly SourceInstance[], language: Language): ContentItem[] {
  const without = finding.instances.filter((instance) => !instance.analysed);
  const byReason = Map.groupBy(without, (instance) => instance.reason.code);
  return [...byReason.values()].map((members) => {
    const uids = new Set(members.map((member) => member.sopInstanceUID));
    // A reference needs its instance among the evidence; one whose header could not be read is not there.
    const known = instances.filter((instance) => uids.has(instance.sopInstanceUID));
    const references = known.map((instance) => (instance.isImage ? imageItem(instance) : compositeItem(instance)));
    return textItem(Code.Comment, passedOverText(members, language), relate("INFERRED FROM", ...references));
  });
}

/** Whether the analysis succeeded (CID 6042, Status of Results). */
export function statusOf({ outcome, reason, instances }: Finding): CodedConcept {
  if (outcome === "not-analysed") return reason && isOfEligibility(reason.code) ? Code.NotAttempted : Code.Failed;
  const failed = instances.some((one) => !one.analysed && !isOfEligibility(one.reason.code));
  return failed ? Code.PartiallySucceeded : Code.Succeeded;
}
