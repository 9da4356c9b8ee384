/** Why a DICOMweb service did not do what it was asked for. */
export type DicomWebErrorCode =
  /** No connection, or it broke off. */
  | "UNREACHABLE"
  /** No answer within the time allowed. */
  | "TIMED_OUT"
  /** 401 or 403: the credentials are not good enough. */
  | "UNAUTHORIZED"
  /** 404 or 410. */
  | "NOT_FOUND"
  /** Another status of 400 to 499: the request as it is will never succeed. */
  | "REFUSED"
  /** 408, 429 or a status from 500 on: the service cannot at the moment. */
  | "UNAVAILABLE"
  /** The answer is not what the standard says. */
  | "BAD_RESPONSE";

/** Those that may pass by themselves. Wrong credentials do too, once somebody has put them right. */
const RETRYABLE: ReadonlySet<DicomWebErrorCode> = new Set([
  "UNREACHABLE",
  "TIMED_OUT",
  "UNAUTHORIZED",
  "UNAVAILABLE",
  "BAD_RESPONSE",
]);

/** An error in talking to a DICOMweb service. Its message holds nothing of the request's or the answer's content. */
export class DicomWebError extends Error {
  override readonly name = "DicomWebError";
  readonly code: DicomWebErrorCode;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
  /** How long the service asks to be left alone, in milliseconds: its Retry-After (RFC 9110 10.2.3). */
  readonly retryAfterMs: number | undefined;
  /** Whether doing the same later may succeed. */
  readonly retryable: boolean;

  constructor(code: DicomWebErrorCode, message: string, status?: number, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.retryable = RETRYABLE.has(code);
  }
}

/** The error for an HTTP status that is no success, with the answer's Retry-After where it has one. */
export function errorOfStatus(what: string, status: number, retryAfter?: string | null): DicomWebError {
  const message = `${what}: the peer answered ${status}`;
  return new DicomWebError(codeOfStatus(status), message, status, retryAfterMsOf(retryAfter));
}

/** Retry-After (RFC 9110 10.2.3) in milliseconds: a number of seconds, or a date. Undefined for anything else. */
export function retryAfterMsOf(header: string | null | undefined, now = Date.now()): number | undefined {
  if (header === null || header === undefined || header === "") return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function codeOfStatus(status: number): DicomWebErrorCode {
  if (status === 401 || status === 403) return "UNAUTHORIZED";
  if (status === 404 || status === 410) return "NOT_FOUND";
  if (status === 408 || status === 429 || status >= 500) return "UNAVAILABLE";
  return status >= 400 ? "REFUSED" : "BAD_RESPONSE";
}
