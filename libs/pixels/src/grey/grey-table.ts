import type { ImagePixel } from "../image-pixel.ts";
import type { GreyScale } from "./grey-scale.ts";
import { storedValue } from "./stored-values.ts";

/**
 * The whole grey chain as one table from pixel data words to greys (0 to 1, bone bright): mask and sign, modality LUT,
 * VOI LUT, inversion. Padding comes out black, as air does.
 */
export function greyTable(
  { bits, modality, brightness }: GreyScale,
  padding: ImagePixel["padding"],
  voi: (value: number) => number,
  bytesPerWord: number,
): Float32Array {
  const { shift, mask } = bits;
  const greys = new Float32Array(mask + 1);
  for (let pattern = 0; pattern <= mask; pattern++) {
    const stored = storedValue(bits, pattern << shift);
    const isPadding = padding !== undefined && stored >= padding[0] && stored <= padding[1];
    const grey = voi(modality.apply(stored));
    greys[pattern] = isPadding ? 0 : brightness < 0 ? 1 - grey : grey;
  }
  const words = 2 ** (8 * bytesPerWord);
  if (greys.length === words) return greys;
  const table = new Float32Array(words);
  for (let word = 0; word < words; word++) table[word] = greys[(word >> shift) & mask]!;
  return table;
}
