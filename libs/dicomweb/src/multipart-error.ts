/** Why a multipart body cannot be taken apart any further. */
export type MultipartErrorCode =
  /** The boundary does not occur, or not within what may come before it. */
  | "NO_BOUNDARY"
  /** The body ends before the closing boundary; the part under way may not be whole. */
  | "TRUNCATED"
  /** More parts than the reader was told to take. */
  | "TOO_MANY_PARTS";

/** An error about the framing of a multipart body (RFC 2046 5.1); nothing that comes after it can be read. */
export class MultipartError extends Error {
  override readonly name = "MultipartError";
  readonly code: MultipartErrorCode;

  constructor(code: MultipartErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
