import type { LanguageTag } from "./languages/languages.ts";
import type { ReportClass } from "./report-class.ts";

/** How the class activation map goes with a report: not at all, as a region in it, or as a picture of its own. */
export const EXPLANATIONS = ["none", "region", "secondary-capture"] as const;

export type Explanation = (typeof EXPLANATIONS)[number];

/** What a site may choose about its reports. None of it changes a report's UIDs. */
export interface ReportOptions {
  readonly reportClass: ReportClass;
  readonly language: LanguageTag;
  readonly explanation: Explanation;
  /** Whether a suspected fracture is put into category 2 of CID 7035, for a PACS that can sort by nothing else. */
  readonly actionableCategory: boolean;
}

export const DEFAULT_OPTIONS: ReportOptions = {
  reportClass: "comprehensive-3d",
  language: "en-GB",
  explanation: "none",
  actionableCategory: false,
};
