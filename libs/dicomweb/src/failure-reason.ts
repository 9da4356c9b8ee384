/** What a Failure Reason (0008,1197) means, as far as its number tells (PS3.18 I.2.2, PS3.4 B.2.3, PS3.7 Annex C). */
export interface FailureClass {
  /** The reason as the standard writes it, "x" for digits that are the implementation's. */
  pattern: string;
  meaning: string;
  /** HTTP status of a Store response in which every instance failed for reasons of this status (PS3.18 10.5.3.1). */
  status: 400 | 409 | 503;
  /** Whether sending the same instance again later may succeed. */
  retryable: boolean;
}

/** From the particular to the general: the first that matches counts. */
export const FAILURE_CLASSES: readonly FailureClass[] = [
  { pattern: "0110", meaning: "processing failure", status: 503, retryable: true },
  { pattern: "0111", meaning: "duplicate SOP Instance with other content", status: 409, retryable: false },
  { pattern: "0122", meaning: "SOP class not supported", status: 409, retryable: false },
  { pattern: "0124", meaning: "not authorised", status: 409, retryable: false },
  { pattern: "A702", meaning: "instance larger than the receiver takes", status: 409, retryable: false },
  { pattern: "A7xx", meaning: "out of resources", status: 503, retryable: true },
  { pattern: "A9xx", meaning: "data set does not match SOP class", status: 409, retryable: false },
  { pattern: "C122", meaning: "transfer syntax not supported", status: 409, retryable: false },
  { pattern: "C409", meaning: "Study Instance UID is not that of the request", status: 409, retryable: false },
  { pattern: "Cxxx", meaning: "cannot understand", status: 400, retryable: false },
];

const UNKNOWN: FailureClass = { pattern: "xxxx", meaning: "unknown reason", status: 409, retryable: false };

/** The class of a Failure Reason. */
export function failureClassOf(reason: number): FailureClass {
  const hex = hexOf(reason);
  const matches = ({ pattern }: FailureClass) =>
    [...pattern].every((digit, index) => digit === "x" || digit === hex[index]);
  return FAILURE_CLASSES.find(matches) ?? UNKNOWN;
}

/** A reason as the standard writes it: four upper-case hexadecimal digits. */
export function hexOf(reason: number): string {
  return reason.toString(16).toUpperCase().padStart(4, "0");
}
