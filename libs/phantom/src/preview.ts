import { encode } from "fast-png";
import type { Radiograph } from "./radiograph.ts";

/**
 * A radiograph as a small PNG, windowed as its header says (PS3.3 C.11.2.1.2.1, linear), for looking at.
 * @param longest side of the picture, pixels; each is the mean of those it covers
 */
export function previewPng(image: PreviewSource, longest = 480): Uint8Array {
  const scale = Math.max(1, Math.max(image.rows, image.columns) / longest);
  const width = Math.floor(image.columns / scale);
  const height = Math.floor(image.rows / scale);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const mean = meanOf(image, Math.floor(x * scale), Math.floor(y * scale), Math.ceil(scale));
      const share = (mean - (image.windowCenter - 0.5)) / (image.windowWidth - 1) + 0.5;
      const bright = image.photometric === "MONOCHROME1" ? 1 - share : share;
      data[y * width + x] = Math.round(255 * Math.max(0, Math.min(1, bright)));
    }
  }
  return encode({ width, height, data, channels: 1, depth: 8 });
}

/** What of a radiograph a preview needs. */
export type PreviewSource = Pick<
  Radiograph,
  "pixels" | "rows" | "columns" | "photometric" | "windowCenter" | "windowWidth"
>;

function meanOf({ pixels, rows, columns }: PreviewSource, left: number, top: number, size: number): number {
  let sum = 0;
  let count = 0;
  for (let y = top; y < Math.min(rows, top + size); y++) {
    for (let x = left; x < Math.min(columns, left + size); x++) {
      sum += pixels[y * columns + x]!;
      count++;
    }
  }
  return sum / count;
}
