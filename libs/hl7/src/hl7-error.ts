/** Why a message was not sent, or not taken by its receiver: what each means for the next try. */
const HL7_ERRORS = {
  /** No connection, or one that broke off: nothing is known of what the receiver has taken. */
  UNREACHABLE: "no connection",
  /** No acknowledgement within the time. */
  TIMED_OUT: "no acknowledgement in time",
  /** One of the two does not accept the other's certificate. */
  UNTRUSTED: "no TLS connection that both accept",
  /** What came back is no acknowledgement, or not that of this message. */
  UNCLEAR: "the answer is no acknowledgement of this message",
  /** The receiver says that it failed at the message, and may succeed another time. */
  FAILED: "the receiver failed at the message",
  /** The receiver says that it will not take this message. */
  REFUSED: "the receiver refused the message",
  /** The receiver's character set lacks a character of an identifier. */
  UNWRITABLE: "an identifier has characters that the receiver's character set lacks",
} as const;

export type Hl7ErrorCode = keyof typeof HL7_ERRORS;

/** A message was not acknowledged as accepted. Its words hold nothing that the receiver wrote but codes. */
export class Hl7Error extends Error {
  override readonly name = "Hl7Error";
  readonly code: Hl7ErrorCode;

  constructor(code: Hl7ErrorCode, detail?: string) {
    super(detail === undefined ? HL7_ERRORS[code] : `${HL7_ERRORS[code]}: ${detail}`);
    this.code = code;
  }
}
