/** Why audit messages have not arrived; each is a code of the job failures. */
export type AuditFailureCode = "AUDIT_UNREACHABLE" | "AUDIT_UNTRUSTED" | "AUDIT_NOT_WRITTEN";

/** Audit messages have not arrived, and may be delivered later. Nothing of them is in it. */
export class AuditFailure extends Error {
  override readonly name = "AuditFailure";
  readonly code: AuditFailureCode;

  constructor(code: AuditFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}
