import type { AuditTrail, StudyJob } from "@redspot/queue";
import type { ReportFailureCode } from "./report-failure.ts";

/**
 * Records that a report is in the PACS, or that it was given up and why (PS3.15 A.5.3.7). A try that begins anew records
 * the same event.
 */
export function auditedReports(
  audit: Pick<AuditTrail, "record">,
  pacs: string,
): (job: StudyJob, code?: ReportFailureCode) => Promise<void> {
  return ({ studyInstanceUID: study, revision }, code) =>
    audit.record(
      { kind: "report", study, revision, to: pacs, ...(code === undefined ? { outcome: 0 } : { outcome: 8, code }) },
      { id: `report-${study}-r${revision}${code === undefined ? "" : "-given-up"}` },
    );
}
