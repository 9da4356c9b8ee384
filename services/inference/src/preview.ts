import type { ModelInput } from "@redspot/pixels";

/**
 * What the network saw, as a portable greymap of 8 bits (netpbm's PGM, P5): the picture on the reading list. It comes
 * from the model input, in which burnt-in text has been removed, and carries no metadata, so that no name gets onto the
 * page with it. The reading list makes a PNG of it when somebody looks: here the network waits.
 */
export function previewOf({ pixels, size }: ModelInput): Uint8Array {
  const header = new TextEncoder().encode(`P5 ${size} ${size} 255\n`);
  const preview = new Uint8ClampedArray(header.length + pixels.length);
  preview.set(header);
  for (let at = 0; at < pixels.length; at++) preview[header.length + at] = pixels[at]! * 255;
  return new Uint8Array(preview.buffer);
}
