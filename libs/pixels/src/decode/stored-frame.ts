/** One decoded frame: the words that pixel data holds, row by row, before Bits Stored and High Bit are looked at. */
export interface StoredFrame {
  rows: number;
  columns: number;
  /** One word a pixel: bytes, or 16 bits in this machine's order. A view on the pixel data where that could be. */
  words: Uint8Array | Uint16Array;
  /** How often the frame was halved by the decoder: 0 is the image as it is. */
  reduction: 0 | 1 | 2;
}
