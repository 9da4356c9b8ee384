import { createHash } from "node:crypto";

/**
 * The input in pieces, as a network might cut it: at places that depend on its bytes alone, so that an input says all
 * that there is to a case. Single bytes where it is small enough, else up to some thousand bytes each.
 */
export function inPieces(input: Uint8Array): Uint8Array[] {
  const digest = createHash("sha1").update(input).digest();
  const largest = input.byteLength < 200 ? 1 : 1 + (digest.readUInt16LE(0) % 4096);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < input.byteLength; ) {
    const length = 1 + ((digest[2 + (pieces.length % 18)]! * 251) % largest);
    pieces.push(input.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
