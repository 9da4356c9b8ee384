import { createHash } from "node:crypto";

/** Which trace is about a subject, and the span that all others of it descend from. */
export interface TraceOf {
  /** 16 bytes, in hexadecimal. */
  traceId: string;
  /** 8 bytes, in hexadecimal. */
  rootSpanId: string;
}

/**
 * The trace of a subject: derived from it, so that whoever has to do with it is in the same trace without having been
 * told, and so that who knows the subject finds its trace, and nobody else the subject. Bits of a SHA-256, of which the
 * last seven bytes are as random as W3C Trace Context level 2 wants them.
 */
export function traceOf(subject: string): TraceOf {
  const digest = createHash("sha256").update(`redspot trace of ${subject}`).digest("hex");
  return { traceId: digest.slice(0, 32), rootSpanId: digest.slice(32, 48) };
}
