import type { ModelInput } from "@redspot/pixels";
import { encode } from "fast-png";

/**
 * What the network saw, as a greyscale PNG of 8 bits: the picture on the reading list. It comes from the model input, in
 * which burnt-in text has been removed, and carries no metadata, so that no name gets onto the page with it.
 */
export function encodePreview({ pixels, size }: ModelInput): Uint8Array {
  const data = new Uint8ClampedArray(pixels.length);
  for (let at = 0; at < data.length; at++) data[at] = (pixels[at] ?? 0) * 255;
  // Not compressed: noise hardly shrinks, and trying takes a tenth of the time that the network has for the image.
  return encode({ width: size, height: size, data, depth: 8, channels: 1 }, { zlib: { level: 0 } });
}
