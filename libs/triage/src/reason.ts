/**
 * Why an instance was not analysed, in the order in which the questions are asked: the later in the table, the closer
 * the instance came to being analysed. The text is what a radiologist reads, in the list and in the report.
 */
export const REASONS = {
  NO_IMAGE: "there is no image to analyse",
  NOT_A_RADIOGRAPH: "not a radiograph",
  FOR_PROCESSING: "raw detector data, not an image for presentation",
  NOT_A_WRIST: "not a wrist",
  BODY_PART_UNKNOWN: "the header does not say which body part this is",
  NOT_LATERAL: "not a lateral view",
  VIEW_UNKNOWN: "the header does not say which view this is",
  OPEN_GROWTH_PLATES: "the patient's growth plates may be open",
  INSTANCE_REMOVED: "the instance is no longer kept",
  UNREADABLE_INSTANCE: "the instance cannot be read",
  NO_PIXEL_DATA: "the instance has no pixel data",
  EMPTY_IMAGE: "the image has no rows or no columns",
  IMAGE_TOO_LARGE: "the image is larger than a radiograph can be",
  MULTI_FRAME: "the instance has more than one frame",
  UNSUPPORTED_PHOTOMETRIC: "the image is not greyscale",
  UNSUPPORTED_BIT_DEPTH: "the bit depth is not supported",
  MALFORMED_LUT: "a look-up table of the image is incomplete",
  UNSUPPORTED_TRANSFER_SYNTAX: "the transfer syntax is not supported",
  PIXEL_DATA_TOO_SHORT: "the pixel data is shorter than the header says",
  CORRUPT_STREAM: "the pixel data cannot be decoded",
  NOT_RETRIEVED: "the PACS did not give the instance",
  ANALYSIS_FAILED: "the analysis failed",
} as const;

export type ReasonCode = keyof typeof REASONS;

const OF_ELIGIBILITY = new Set<ReasonCode>([
  "NO_IMAGE",
  "NOT_A_RADIOGRAPH",
  "FOR_PROCESSING",
  "NOT_A_WRIST",
  "BODY_PART_UNKNOWN",
  "NOT_LATERAL",
  "VIEW_UNKNOWN",
  "OPEN_GROWTH_PLATES",
]);

/**
 * Whether nothing was attempted, by design: there is no image that is for analysis by what its header says. For any other
 * reason an image could not be analysed that should have been.
 */
export const isOfEligibility = (code: ReasonCode): boolean => OF_ELIGIBILITY.has(code);

export interface Reason {
  code: ReasonCode;
  text: string;
}

const CODES = Object.keys(REASONS) as [ReasonCode, ...ReasonCode[]];

/** All codes, in the order of the table. */
export const REASON_CODES = CODES;

export function reason(code: ReasonCode): Reason {
  return { code, text: REASONS[code] };
}

/** Of several reasons the one that says most about the study: that of the instance that came closest to analysis. */
export function closestToAnalysis(reasons: readonly Reason[]): Reason {
  return reasons.reduce(
    (best, one) => (CODES.indexOf(one.code) > CODES.indexOf(best.code) ? one : best),
    reason("NO_IMAGE"),
  );
}

/** Whether a text is one of the codes. */
export function isReasonCode(text: string): text is ReasonCode {
  return text in REASONS;
}
