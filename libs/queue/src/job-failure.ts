import type { QueueName } from "./queue-name.ts";

interface FailureMeaning {
  /** Whether trying again can help without anybody doing anything. */
  retry: boolean;
  /** Whether it is the destination that fails, for all studies alike: no try of this one is used up. */
  away?: boolean;
  /** What happened, in words. */
  text: string;
  /** What a person can do about it. */
  advice: string;
}

/** Everything that a job can fail for: docs/errors.md is held to it by a test. */
export const JOB_FAILURES = {
  SETTLING_FAILED: {
    retry: true,
    text: "the study could not be settled",
    advice: "Look at the log of the Store service; then retry.",
  },
  ANALYSIS_FAILED: {
    retry: true,
    text: "the analysis failed",
    advice: "The study is reported as not analysed. Look at the log of the inference service; then retry.",
  },
  NOT_RETRIEVED: {
    retry: true,
    text: "the PACS gave none of the study's images",
    advice: "The study is on the list as not analysed. See whether the PACS can show it; then retry.",
  },
  SWEEP_FAILED: {
    retry: true,
    text: "the study of the backlog could not be swept",
    advice: "Nothing is known of it yet. Look at the log of the inference service; then retry.",
  },
  WORKER_DIED: {
    retry: false,
    text: "the process that worked on it died, again and again, while it did nothing else",
    advice: "The study is reported as not analysed. Keep its instances for whoever mends the fault; then retry.",
  },
  FINDING_MISSING: {
    retry: false,
    text: "there is no finding to report",
    advice: "Run reconcile, which has the study analysed again.",
  },
  NO_SOURCE: {
    retry: false,
    text: "no instance of the study could be read to take patient and study from",
    advice: "Have the PACS send the study again; then retry.",
  },
  REPORT_INVALID: {
    retry: false,
    text: "the finding does not make a valid report",
    advice: "The study's header lacks what a report needs, or Redspot has a fault: look at the log; then retry.",
  },
  PACS_REFUSED: {
    retry: false,
    text: "the PACS refused the report",
    advice: "Look at the PACS's log for the reason: SOP class, patient or quota; mend it there; then retry.",
  },
  PACS_UNREACHABLE: {
    retry: true,
    away: true,
    text: "the PACS does not answer",
    advice: "Once the PACS is back, retry.",
  },
  PACS_BUSY: {
    retry: true,
    away: true,
    text: "the PACS could not take the report for now",
    advice: "See that the PACS has room and is not overloaded; then retry.",
  },
  PACS_UNAUTHORIZED: {
    retry: true,
    away: true,
    text: "the PACS does not accept Redspot's credentials",
    advice: "Put REDSPOT_PACS_TOKEN right and start the worklist service again; then retry.",
  },
  PACS_UNCLEAR: {
    retry: true,
    text: "the PACS's answer does not say that the report was stored",
    advice: "See whether REDSPOT_PACS_URL is the address of a DICOMweb service; then retry.",
  },
  REPORT_FAILED: {
    retry: true,
    text: "the report could not be made or sent",
    advice: "Look at the log of the worklist service; then retry.",
  },
  HL7_UNREACHABLE: {
    retry: true,
    away: true,
    text: "the receiver of HL7 messages does not answer",
    advice:
      "Once the RIS or integration engine is back, retry. See REDSPOT_HL7_URL, and whether a firewall is between.",
  },
  HL7_UNTRUSTED: {
    retry: true,
    away: true,
    text: "the receiver of HL7 messages and Redspot do not accept each other's certificates",
    advice: "Put REDSPOT_HL7_CA, REDSPOT_HL7_CERTIFICATE and REDSPOT_HL7_KEY right; then retry.",
  },
  HL7_UNCLEAR: {
    retry: true,
    text: "the receiver's answer is no acknowledgement of the message",
    advice: "See whether REDSPOT_HL7_URL is the address of an MLLP receiver that acknowledges; then retry.",
  },
  HL7_FAILED: {
    retry: true,
    text: "the receiver of HL7 messages says that it failed at the message",
    advice: "Look at its log for the reason, by the message control ID of the worklist service's log; then retry.",
  },
  HL7_REFUSED: {
    retry: false,
    text: "the receiver of HL7 messages refused the message",
    advice: "Look at its log for the reason: message type, application or facility; mend it there; then retry.",
  },
  HL7_UNWRITABLE: {
    retry: false,
    text: "an identifier of the study has characters that the character set of HL7 messages lacks",
    advice: "Where the receiver can, set REDSPOT_HL7_CHARACTER_SET to UNICODE UTF-8; then retry.",
  },
  ANNOUNCEMENT_FAILED: {
    retry: true,
    text: "the message about the finding could not be made",
    advice: "Look at the log of the worklist service; then retry.",
  },
  AUDIT_UNREACHABLE: {
    retry: true,
    away: true,
    text: "the audit receiver does not answer",
    advice: "Once the Audit Record Repository is back, retry. See REDSPOT_AUDIT_TO, and whether a firewall is between.",
  },
  AUDIT_UNTRUSTED: {
    retry: true,
    away: true,
    text: "the audit receiver and Redspot do not accept each other's certificates",
    advice: "Put REDSPOT_AUDIT_CA, REDSPOT_AUDIT_CERTIFICATE and REDSPOT_AUDIT_KEY right; then retry.",
  },
  AUDIT_NOT_WRITTEN: {
    retry: true,
    away: true,
    text: "the audit file could not be written",
    advice: "See that its folder exists, belongs to whoever runs the worklist service, and has room; then retry.",
  },
  AUDIT_PATIENT_AWAY: {
    retry: true,
    away: true,
    text: "the PACS, which knows the patient of the audited study, does not answer",
    advice: "Once the PACS is back, retry. After an hour the message goes without the patient.",
  },
  AUDIT_FAILED: {
    retry: true,
    text: "the audit message could not be made",
    advice: "Look at the log of the worklist service; then retry.",
  },
  NOT_UNDERSTOOD: {
    retry: false,
    text: "the job is not one that this version understands",
    advice: "A newer version queued it: finish the upgrade; then retry.",
  },
  UNKNOWN: {
    retry: false,
    text: "why is not known: an older version gave it up",
    advice: "Look at the service's log; then retry.",
  },
} as const satisfies Record<string, FailureMeaning>;

export type JobFailureCode = keyof typeof JOB_FAILURES;

export function isJobFailureCode(text: unknown): text is JobFailureCode {
  return typeof text === "string" && Object.hasOwn(JOB_FAILURES, text);
}

const OF_THE_QUEUE: Record<QueueName, JobFailureCode> = {
  settling: "SETTLING_FAILED",
  triage: "ANALYSIS_FAILED",
  report: "REPORT_FAILED",
  backlog: "SWEEP_FAILED",
  "backlog-report": "REPORT_FAILED",
  announce: "ANNOUNCEMENT_FAILED",
  audit: "AUDIT_FAILED",
};

/** The code of an error that a job failed with: its own where it has one of the table, otherwise that of its queue. */
export function codeOfFailure(error: unknown, queue: QueueName): JobFailureCode {
  const { code } = error as { code?: unknown };
  return isJobFailureCode(code) ? code : OF_THE_QUEUE[queue];
}

/** What is kept with a failed job: the code, and the words of the table. No error's own words, which may tell anything. */
export function failedReasonOf(code: JobFailureCode): string {
  return `${code}: ${JOB_FAILURES[code].text}`;
}

/** Reads the code back; UNKNOWN where an older version gave the job up. */
export function codeOfFailedReason(failedReason: string): JobFailureCode {
  const code = /^([A-Z0-9_]+): /.exec(failedReason)?.[1];
  if (isJobFailureCode(code)) return code;
  return /stalled more than/.test(failedReason) ? "WORKER_DIED" : "UNKNOWN";
}
