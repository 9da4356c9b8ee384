import type { ImagePixel } from "../image-pixel.ts";

/**
 * The whole grey chain as one table from pixel data words to greys (0 to 1, bone bright): mask and sign, modality LUT,
 * VOI LUT, inversion. Padding comes out black, as air does.
 */
export function greyTable(
  image: ImagePixel,
  storedOf: (word: number) => number,
  modality: (stored: number) => number,
  voi: (value: number) => number,
  inverted: boolean,
  bytesPerWord: number,
): Float32Array {
  const { bitsStored, highBit, padding } = image;
  const shift = highBit + 1 - bitsStored;
  const greys = new Float32Array(2 ** bitsStored);
  for (let bits = 0; bits < greys.length; bits++) {
    const stored = storedOf(bits << shift);
    const isPadding = padding !== undefined && stored >= padding[0] && stored <= padding[1];
    const grey = voi(modality(stored));
    greys[bits] = isPadding ? 0 : inverted ? 1 - grey : grey;
  }
  const words = 2 ** (8 * bytesPerWord);
  if (greys.length === words) return greys;
  const mask = greys.length - 1;
  const table = new Float32Array(words);
  for (let word = 0; word < words; word++) table[word] = greys[(word >> shift) & mask]!;
  return table;
}
