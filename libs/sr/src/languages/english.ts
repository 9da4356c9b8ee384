import { REASONS } from "@redspot/triage";
import type { Language } from "./language.ts";

export const BRITISH_ENGLISH: Language = {
  tag: "en-GB",
  name: "English (United Kingdom)",
  meanings: {},
  reasons: REASONS,
  percent: (probability) => `${(probability * 100).toFixed(1)} %`,
  fracture: () => "Suspected fracture.",
  noFracture: () => "No fracture suspected; this does not rule one out.",
  inconclusive: (low, high) => `Inconclusive: within the band from ${low} to ${high}.`,
  notAnalysed: (reason = "no reason was recorded") => `Not analysed: ${reason}.`,
  figures: (probability, cutOff) => `Calibrated probability of a fracture ${probability}, cut-off ${cutOff}.`,
  passedOver: (count, reason) => `${count === 1 ? "One instance" : `${count} instances`} not analysed: ${reason}.`,
  notADiagnosis: "Automatic triage, to order the reading list. It is no diagnosis: the study has yet to be read.",
  reportMissing: (code) => `The structured report is not in the archive (${code}).`,
  demonstrationWarning:
    "DEMONSTRATION MODEL - NOT FOR CLINICAL USE. This report must not be used to decide about a patient.",
  demonstrationMark: "DEMONSTRATION - NOT FOR CLINICAL USE",
  series: {
    report: "Wrist fracture triage",
    picture: "Wrist fracture triage, explanation",
    demonstrationReport: "Wrist triage DEMONSTRATION - NOT FOR CLINICAL USE",
    demonstrationPicture: "Explanation, DEMONSTRATION - NOT FOR CLINICAL USE",
  },
  explanation:
    "What is marked explains the score: it shows what in the image raised it. It is not a mark of the fracture, which may lie elsewhere.",
  pictureTitle: "EXPLANATION OF THE SCORE - NOT A MARK OF THE FRACTURE",
  pictureFigures: (probability, cutOff) => `PROBABILITY ${probability}, CUT-OFF ${cutOff}`,
};

/** The wording is the same; systems that look for the tag find it. */
export const AMERICAN_ENGLISH: Language = { ...BRITISH_ENGLISH, tag: "en-US", name: "English (United States)" };
