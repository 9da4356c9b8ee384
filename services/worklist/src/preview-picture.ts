import { encode } from "fast-png";

/**
 * A preview of the spool, which is a portable greymap of 8 bits (netpbm's P5), as PNG. Not compressed: noise hardly shrinks,
 * and trying takes longer than sending. Undefined where it is none.
 */
export function pngOf(greymap: Uint8Array): Uint8Array | undefined {
  const header = /^P5 (\d+) (\d+) 255\n/.exec(Buffer.from(greymap.subarray(0, 32)).toString("latin1"));
  if (!header) return undefined;
  const [width, height] = [Number(header[1]), Number(header[2])];
  const data = greymap.subarray(header[0].length);
  if (data.length !== width * height) return undefined;
  return encode({ width, height, data, depth: 8, channels: 1 }, { zlib: { level: 0 } });
}
