/** Why bytes are not a DICOM instance that Redspot can read. */
export type DicomErrorCode =
  /** No "DICM" prefix after the 128 bytes of preamble, or no File Meta Information (PS3.10 7.1). */
  | "NOT_PART_10"
  /** The bytes end before what was asked for. */
  | "TRUNCATED"
  /** The bytes are Part 10, but an element cannot be decoded. */
  | "MALFORMED"
  /** A deflated data set of which more would come out than any radiograph has: it is not inflated. */
  | "TOO_LARGE"
  /** A keyword that the data dictionary (PS3.6) does not have. */
  | "UNKNOWN_KEYWORD"
  /** A value that its value representation does not allow, or a data set that cannot be written. */
  | "NOT_ENCODABLE";

/** An error about DICOM bytes. Its message names tags, lengths and UIDs, never another value of the data set. */
export class DicomError extends Error {
  override readonly name = "DicomError";
  readonly code: DicomErrorCode;

  constructor(code: DicomErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
