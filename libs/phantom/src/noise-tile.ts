import { randomFor } from "./random.ts";

/** A square of noise that repeats without a seam: mean 0, standard deviation 1. */
export interface NoiseTile {
  readonly size: number;
  readonly values: Float32Array;
}

/**
 * Normal noise, smoothed by Gaussians of the given widths (cells) along x and y, one after the other, wrapping round.
 * Drawn from a seed of its own: every image takes its grain from the same tile, each at its own place.
 */
export function noiseTile(name: string, size: number, widthX: number, widthY: number): NoiseTile {
  const random = randomFor(0, "noise tile", name);
  let values: Float32Array = new Float32Array(size * size);
  for (let i = 0; i < values.length; i++) values[i] = random.normal(0, 1);
  values = smooth(values, size, widthX, 1, size);
  values = smooth(values, size, widthY, size, 1);
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  const deviation = Math.sqrt(squares / values.length - mean * mean);
  return { size, values: values.map((value) => (value - mean) / deviation) };
}

function smooth(values: Float32Array, size: number, width: number, step: number, lineStep: number) {
  if (width <= 0) return values;
  const reach = Math.ceil(width * 3);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * width * width)));
  const smoothed = new Float32Array(values.length);
  for (let line = 0; line < size; line++) {
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        sum += kernel[k + reach]! * values[line * lineStep + ((i + k + size * 8) % size) * step]!;
      }
      smoothed[line * lineStep + i * step] = sum;
    }
  }
  return smoothed;
}

/** The tile's value at a place in cells, between cells linearly. */
export function sampleTile({ size, values }: NoiseTile, x: number, y: number): number {
  const fx = Math.floor(x);
  const fy = Math.floor(y);
  const mask = size - 1;
  const x0 = fx & mask;
  const y0 = fy & mask;
  const x1 = (x0 + 1) & mask;
  const y1 = (y0 + 1) & mask;
  const px = x - fx;
  const py = y - fy;
  const top = values[y0 * size + x0]! * (1 - px) + values[y0 * size + x1]! * px;
  const bottom = values[y1 * size + x0]! * (1 - px) + values[y1 * size + x1]! * px;
  return top * (1 - py) + bottom * py;
}
