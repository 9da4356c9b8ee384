import { createHash } from "node:crypto";

/** A case's id: the first 128 bits of the SHA-256 of its model input (little-endian) and its patient's hash. */
export function caseId(pixels: Float32Array, patient: string): string {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return createHash("sha256").update(bytes).update(patient).digest("hex").slice(0, 32);
}
