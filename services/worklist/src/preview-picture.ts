import { encode } from "fast-png";
import { readGreymap } from "./greymap.ts";

/**
 * A preview of the spool as PNG. Not compressed: noise hardly shrinks, and trying takes longer than sending. Undefined
 * where it is no greymap.
 */
export function pngOf(preview: Uint8Array): Uint8Array | undefined {
  const greymap = readGreymap(preview);
  if (!greymap) return undefined;
  const { width, height, greys } = greymap;
  return encode({ width, height, data: greys, depth: 8, channels: 1 }, { zlib: { level: 0 } });
}
