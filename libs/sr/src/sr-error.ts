/** Why no structured report could be made. */
export type SrErrorCode =
  /** A content item or coded concept that PS3.3 C.17.3 or PS3.16 does not allow. */
  | "INVALID_CONTENT"
  /** A relationship between value types that the IOD does not allow (PS3.3 table A.35.13-2). */
  | "INVALID_RELATIONSHIP"
  /** No instance of the study to take the patient and the study from, or to refer to. */
  | "NO_SOURCE"
  /** A source that belongs to another study, or lacks a UID by which it could be referred to. */
  | "FOREIGN_SOURCE";

/** An error about a report. Its message names codes and UIDs, never patient data. */
export class SrError extends Error {
  override readonly name = "SrError";
  readonly code: SrErrorCode;

  constructor(code: SrErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
