import { DicomError } from "@redspot/dicom";
import { JOB_FAILURES, type JobFailureCode, PermanentFailure } from "@redspot/queue";
import { SrError } from "@redspot/sr";

/** Why a report is not in the PACS: those of the table of job failures that are a report's. */
export type ReportFailureCode = Exclude<
  JobFailureCode,
  | "SETTLING_FAILED"
  | "ANALYSIS_FAILED"
  | "WORKER_DIED"
  | "ANNOUNCEMENT_FAILED"
  | `AUDIT_${string}`
  | `HL7_${string}`
  | "NOT_UNDERSTOOD"
  | "UNKNOWN"
>;

/** A failed try that a later one may mend. */
class PassingReportFailure extends Error {
  override readonly name = "ReportFailure";
  readonly code: ReportFailureCode;
  /** For how long the PACS wants to be left in peace, where it has said so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ReportFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = (options?.cause as { retryAfterMs?: number } | undefined)?.retryAfterMs;
  }
}

/** A failure for good: the queue tries no more. */
class FinalReportFailure extends PermanentFailure {
  readonly code: ReportFailureCode;

  constructor(code: ReportFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The error of a failed try, of the type that tells the queue whether to try again. No patient data in `detail`. */
export function reportFailure(code: ReportFailureCode, detail?: string, cause?: unknown): Error {
  const { retry, text } = JOB_FAILURES[code];
  const message = detail === undefined ? text : `${text}: ${detail}`;
  return retry ? new PassingReportFailure(code, message, { cause }) : new FinalReportFailure(code, message, { cause });
}

/** Any error of a try as a report failure. */
export function asReportFailure(error: unknown): Error & { code: ReportFailureCode } {
  if (error instanceof PassingReportFailure || error instanceof FinalReportFailure) return error;
  const failure = (code: ReportFailureCode, detail?: string) =>
    reportFailure(code, detail, error) as Error & { code: ReportFailureCode };
  if (error instanceof SrError)
    return failure(error.code === "NO_SOURCE" ? "NO_SOURCE" : "REPORT_INVALID", error.message);
  if (error instanceof DicomError) return failure("REPORT_INVALID", error.message);
  return failure("REPORT_FAILED", error instanceof Error ? error.message : undefined);
}
