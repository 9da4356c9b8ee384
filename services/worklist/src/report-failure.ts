import { DicomError } from "@redspot/dicom";
import { PermanentFailure } from "@redspot/queue";
import { SrError } from "@redspot/sr";

/** Why a report is not in the PACS: what the reading list shows, and whether trying again can help. */
export const REPORT_FAILURES = {
  FINDING_MISSING: { retry: false, text: "there is no finding to report" },
  NO_SOURCE: { retry: false, text: "no instance of the study could be read to take patient and study from" },
  REPORT_INVALID: { retry: false, text: "the finding does not make a valid report" },
  PACS_REFUSED: { retry: false, text: "the PACS refused the report" },
  PACS_UNREACHABLE: { retry: true, text: "the PACS does not answer" },
  PACS_BUSY: { retry: true, text: "the PACS could not take the report for now" },
  PACS_UNAUTHORIZED: { retry: true, text: "the PACS does not accept Redspot's credentials" },
  PACS_UNCLEAR: { retry: true, text: "the PACS's answer does not say that the report was stored" },
  REPORT_FAILED: { retry: true, text: "the report could not be made or sent" },
} as const satisfies Record<string, { retry: boolean; text: string }>;

export type ReportFailureCode = keyof typeof REPORT_FAILURES;

/** A failed try that a later one may mend. */
class PassingReportFailure extends Error {
  override readonly name = "ReportFailure";
  readonly code: ReportFailureCode;

  constructor(code: ReportFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
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
  const { retry, text } = REPORT_FAILURES[code];
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
