/** One decoded frame: the words that pixel data holds, row by row, before Bits Stored and High Bit are looked at. */
export interface StoredFrame {
  rows: number;
  columns: number;
  /** One word a pixel: bytes, or 16 bits in this machine's order. A view on the pixel data where that could be. */
  words: Uint8Array | Uint16Array;
  /** How often the frame was halved by the decoder: 0 is the image as it is. */
  reduction: 0 | 1 | 2;
}

/**
 * Where a place of the image lies in a frame that was halved so often, both in pixels from the upper left corner. A
 * wavelet's low-pass samples stand in the middle of every second pixel, the first among them (ITU-T T.800 F.3), not
 * between two; so a halved frame is not the image in squares of four, but half a pixel beside it.
 */
export function placeInFrame(place: number, reduction: number): number {
  const side = 2 ** reduction;
  return (place + (side - 1) / 2) / side;
}

/** The reverse of `placeInFrame`. */
export function placeInImage(place: number, reduction: number): number {
  const side = 2 ** reduction;
  return place * side - (side - 1) / 2;
}
