/** A grey image of 8 bits, row by row. */
export interface Greymap {
  width: number;
  height: number;
  greys: Uint8Array;
}

/** A preview of the spool, which is a portable greymap of 8 bits (netpbm's P5). Undefined where it is none. */
export function readGreymap(bytes: Uint8Array): Greymap | undefined {
  const header = /^P5 (\d+) (\d+) 255\n/.exec(Buffer.from(bytes.subarray(0, 32)).toString("latin1"));
  if (!header) return undefined;
  const [width, height] = [Number(header[1]), Number(header[2])];
  const greys = bytes.subarray(header[0].length);
  return greys.length === width * height ? { width, height, greys } : undefined;
}
