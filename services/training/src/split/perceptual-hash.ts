import { INPUT_SIZE } from "@redspot/model";

/** The image is averaged to this many cells a side. */
const CELLS = 64;
/** Frequencies kept in each direction, the constant one apart. */
const KEPT = 16;
/** Words of 32 bits in a hash. */
const WORDS = (KEPT * KEPT) / 32;

/** Of an image, and of its mirror image. */
export interface PerceptualHash {
  readonly plain: Uint32Array;
  readonly mirrored: Uint32Array;
}

/**
 * The perceptual hash of a model input, 256 bits: which of the lowest 16 x 16 coefficients of its discrete cosine
 * transform lie above their median. It hardly changes with window, noise and compression. The usual hash of this kind
 * has 64 bits, which do not tell one lateral wrist from another: all of them look alike.
 */
export function perceptualHash(pixels: Float32Array): PerceptualHash {
  const coefficients = lowFrequencies(averaged(pixels));
  // Mirrored left to right, a cosine of odd frequency changes its sign.
  const mirrored = coefficients.map((value, at) => ((at % KEPT) % 2 === 1 ? -value : value));
  return { plain: bitsOf(coefficients), mirrored: bitsOf(mirrored) };
}

/** In how many of 256 bits two images differ, the one as it is or mirrored. */
export function hashDistance(a: PerceptualHash, b: PerceptualHash): number {
  return Math.min(differing(a.plain, b.plain), differing(a.mirrored, b.plain), differing(a.plain, b.mirrored));
}

function differing(a: Uint32Array, b: Uint32Array): number {
  let bits = 0;
  for (let word = 0; word < WORDS; word++) bits += ones(a[word]! ^ b[word]!);
  return bits;
}

/** The number of ones in 32 bits (Warren, Hacker's Delight, 5-1). */
function ones(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function averaged(pixels: Float32Array): Float64Array {
  const sums = new Float64Array(CELLS * CELLS);
  const counts = new Float64Array(CELLS * CELLS);
  for (let y = 0; y < INPUT_SIZE; y++) {
    const row = Math.floor((y * CELLS) / INPUT_SIZE) * CELLS;
    for (let x = 0; x < INPUT_SIZE; x++) {
      const cell = row + Math.floor((x * CELLS) / INPUT_SIZE);
      sums[cell]! += pixels[y * INPUT_SIZE + x]!;
      counts[cell]! += 1;
    }
  }
  return sums.map((sum, cell) => sum / counts[cell]!);
}

/** cos(pi k (2 x + 1) / 2 n): the basis of the DCT-II. */
const BASIS = Array.from({ length: KEPT }, (_, k) =>
  Float64Array.from({ length: CELLS }, (_, x) => Math.cos((Math.PI * k * (2 * x + 1)) / (2 * CELLS))),
);

/** The lowest KEPT x KEPT coefficients of the two-dimensional DCT-II, unscaled, row by row. */
function lowFrequencies(cells: Float64Array): Float64Array {
  const rows = new Float64Array(CELLS * KEPT);
  for (let y = 0; y < CELLS; y++) {
    for (let k = 0; k < KEPT; k++) {
      let sum = 0;
      for (let x = 0; x < CELLS; x++) sum += cells[y * CELLS + x]! * BASIS[k]![x]!;
      rows[y * KEPT + k] = sum;
    }
  }
  const low = new Float64Array(KEPT * KEPT);
  for (let l = 0; l < KEPT; l++) {
    for (let k = 0; k < KEPT; k++) {
      let sum = 0;
      for (let y = 0; y < CELLS; y++) sum += rows[y * KEPT + k]! * BASIS[l]![y]!;
      low[l * KEPT + k] = sum;
    }
  }
  return low;
}

/** The constant coefficient says only how bright the image is: it neither counts for the median nor gets a one. */
function bitsOf(coefficients: Float64Array): Uint32Array {
  const sorted = coefficients.slice(1).sort();
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const words = new Uint32Array(WORDS);
  for (let at = 1; at < coefficients.length; at++) {
    if (coefficients[at]! > median) words[at >>> 5]! |= 1 << (at & 31);
  }
  return words;
}
