import { CircuitOpen } from "@redspot/dicomweb";
import { Hl7Error, type Hl7ErrorCode } from "@redspot/hl7";
import { isJobFailureCode, JOB_FAILURES, type JobFailureCode } from "@redspot/queue";

const CODE_OF: Readonly<Record<Hl7ErrorCode, JobFailureCode>> = {
  UNREACHABLE: "HL7_UNREACHABLE",
  TIMED_OUT: "HL7_UNREACHABLE",
  UNTRUSTED: "HL7_UNTRUSTED",
  UNCLEAR: "HL7_UNCLEAR",
  FAILED: "HL7_FAILED",
  REFUSED: "HL7_REFUSED",
  UNWRITABLE: "HL7_UNWRITABLE",
};

/** A try to tell others of a finding that failed; its code says whether another may help (JOB_FAILURES). */
export class AnnouncementFailure extends Error {
  override readonly name = "AnnouncementFailure";
  readonly code: JobFailureCode;
  /** For how long the receiver is left in peace. */
  readonly retryAfterMs: number | undefined;

  constructor(code: JobFailureCode, detail?: string, cause?: unknown) {
    super(detail === undefined ? JOB_FAILURES[code].text : `${JOB_FAILURES[code].text}: ${detail}`, { cause });
    this.code = code;
    this.retryAfterMs = (cause as { retryAfterMs?: number } | undefined)?.retryAfterMs;
  }
}

/** Whether an error says that the receiver is in trouble for every message alike. */
export function isReceiverAway(error: unknown): boolean {
  return error instanceof Hl7Error && "away" in JOB_FAILURES[CODE_OF[error.code]];
}

/** Any error of a try as an announcement failure. */
export function asAnnouncementFailure(error: unknown): AnnouncementFailure {
  if (error instanceof AnnouncementFailure) return error;
  if (error instanceof Hl7Error) return new AnnouncementFailure(CODE_OF[error.code], error.message, error);
  if (error instanceof CircuitOpen) return new AnnouncementFailure("HL7_UNREACHABLE", error.message, error);
  const { code, message } = error as Error & { code?: unknown };
  return new AnnouncementFailure(isJobFailureCode(code) ? code : "ANNOUNCEMENT_FAILED", message, error);
}
