import { hash } from "node:crypto";

const SHAPE = /^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+$/;

/** Whether the text is a valid UID: digits in components without leading zeros, at most 64 characters (PS3.5 9.1). */
export function isUid(text: string): boolean {
  return text.length <= 64 && SHAPE.test(text);
}

/**
 * A UID that depends on the names alone, so that making the same thing again gives the same UID: under the UUID root
 * 2.25 (PS3.5 B.2), from the first 128 bits of the SHA-256 of the names, marked as a UUID of version 8 (RFC 9562 5.8).
 */
export function deriveUid(...names: string[]): string {
  const digest = hash("sha256", JSON.stringify(names), "buffer").subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${digest.toString("hex")}`)}`;
}
