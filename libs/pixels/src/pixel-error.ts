/** Why an instance's pixels cannot become model input. */
export type PixelErrorCode =
  /** A transfer syntax that Redspot has no decoder for. */
  | "UNSUPPORTED_TRANSFER_SYNTAX"
  /** No Pixel Data (7FE0,0010), or an empty one. */
  | "NO_PIXEL_DATA"
  /** Rows or Columns absent or 0 (PS3.3 C.7.6.3.1.1). */
  | "EMPTY_IMAGE"
  /** Fewer bytes of pixel data than Rows, Columns and Bits Allocated ask for. */
  | "PIXEL_DATA_TOO_SHORT"
  /** More pixels than any radiograph has: refused before memory is given to it. */
  | "IMAGE_TOO_LARGE"
  /** A compressed stream that cannot be decoded, or that is of another image than its header says. */
  | "CORRUPT_STREAM"
  /** Not MONOCHROME1 or MONOCHROME2 with one sample a pixel: no radiograph as it was taken. */
  | "UNSUPPORTED_PHOTOMETRIC"
  /** Bits Allocated other than 8 or 16, or Bits Stored and High Bit that do not fit in it. */
  | "UNSUPPORTED_BIT_DEPTH"
  /** Several frames: fluoroscopy or tomosynthesis, not a plain radiograph. */
  | "MULTI_FRAME"
  /** A look-up table (PS3.3 C.11.1, C.11.2) without entries or with fewer than its descriptor says. */
  | "MALFORMED_LUT";

/** An error about an instance's pixels. Its message names attributes of the image, never anything about a patient. */
export class PixelError extends Error {
  override readonly name = "PixelError";
  readonly code: PixelErrorCode;

  constructor(code: PixelErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
