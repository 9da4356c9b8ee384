import type { Grid } from "../resample/area-average.ts";
import { distributionOf } from "./distribution.ts";
import { fillFromAround } from "./fill.ts";
import { grow, labelParts } from "./parts.ts";
import type { Surroundings } from "./surroundings.ts";

/** An annotation is smaller than this share of the field: less than a thumb. */
const LARGEST = 0.03;
/** Annotation is at least this bright, as a share of the brightest that there is: lead, or what was written in white. */
const BRIGHT = 0.6;
/** Of what is next to a marker, at least this share is air. */
const IN_AIR = 0.85;

/**
 * Finds the radiographer's marks (lead letters, burnt-in text, the red spot) and fills them from what is around
 * them, in place; `burntIn` is the share of each cell that was written, where anything was. Gives the number of cells filled. A mark is small and bright and stands by itself in air, where no anatomy can
 * be; or it has been burnt in, which shows by its values wherever it is. Marks of lead over the limb stay: nothing sure tells them
 * from metal or from bone.
 */
export function removeAnnotation(grid: Grid, surroundings: Surroundings, burntIn?: Grid): number {
  const { width, height } = grid;
  const marks = findMarksInAir(grid, surroundings);
  burntIn?.greys.forEach((share, at) => {
    if (share > 0.02) marks[at] = 1;
  });
  if (!marks.includes(1)) return 0;
  // The blur around a mark is part of it.
  const blurred = grow(grow(marks, width, height), width, height);
  const mask = blurred.map((cell, at) => cell & surroundings.open[at]!);
  fillFromAround(grid, mask, surroundings.open);
  return mask.reduce((count, cell) => count + cell, 0);
}

function findMarksInAir({ greys, width, height }: Grid, { open, air }: Surroundings): Uint8Array {
  const marks = new Uint8Array(greys.length);
  const inAir = distributionOf(greys, (at) => air[at] === 1 && open[at] === 1);
  const background = inAir.percentile(0.5);
  const brightest = distributionOf(greys, (at) => open[at] === 1).percentile(0.995);
  if (!(background < brightest)) return marks;
  // Above the air's own unevenness.
  const threshold = Math.max(background + 0.12 * (brightest - background), inAir.percentile(0.9) + 0.02);
  const mask = new Uint8Array(greys.length);
  for (let at = 0; at < mask.length; at++) if (open[at] && greys[at]! > threshold) mask[at] = 1;
  const { labels, sizes } = labelParts(mask, width, height);
  const area = open.reduce((sum, cell) => sum + cell, 0);
  const peaks = new Float32Array(sizes.length);
  labels.forEach((part, at) => {
    if (greys[at]! > peaks[part]!) peaks[part] = greys[at]!;
  });
  const bright = background + BRIGHT * (brightest - background);
  const small = sizes.map((size, part) => part > 0 && size < LARGEST * area && peaks[part]! >= bright);
  const rings = ringsOf(labels, small, sizes, width, height, air);
  labels.forEach((part, at) => {
    if (small[part] && rings[part]! >= IN_AIR) marks[at] = 1;
  });
  return marks;
}

/** For each small part, the share of air among the cells two or three away that belong to no other small part. */
function ringsOf(
  labels: Int32Array,
  small: boolean[],
  sizes: number[],
  width: number,
  height: number,
  air: Uint8Array,
): Float32Array {
  const airy = new Float32Array(sizes.length);
  const all = new Float32Array(sizes.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const part = labels[y * width + x]!;
      if (!small[part]) continue;
      for (const [dx, dy] of RING) {
        const [nx, ny] = [x + dx, y + dy];
        if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
        const next = ny * width + nx;
        if (small[labels[next]!]) continue;
        all[part]!++;
        if (air[next]) airy[part]!++;
      }
    }
  }
  return airy.map((count, part) => count / (all[part] || 1));
}

const RING = [
  [3, 0],
  [-3, 0],
  [0, 3],
  [0, -3],
  [2, 2],
  [2, -2],
  [-2, 2],
  [-2, -2],
] as const;
