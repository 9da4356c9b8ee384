import type { Grid } from "../resample/area-average.ts";
import { distributionOf } from "./distribution.ts";
import { eachRun, grow, labelParts, type Parts } from "./parts.ts";
import type { Surroundings } from "./surroundings.ts";

/** A mark is smaller than this share of the field: less than a thumb. */
const LARGEST = 0.03;
/**
 * What the edge of the field or of the square cuts is a mark's piece only if it is smaller than this: a fingertip is
 * larger.
 */
const CUT = 0.004;

/**
 * Two ways to tell a mark from its surroundings, levels being shares of the way from air to the brightest: what rises
 * above air's unevenness, where nearly all around it is air, and be it faint if it is tiny (the dot of a time, a
 * serif); and what is as bright as lead, where a quarter of what is around it is air, because the mark reaches over the
 * skin. Bone has flesh all around it, however bright it is.
 */
const MARKS = [
  { above: 0.12, peak: 0.6, tiny: 0.001, inAir: 0.85 },
  { above: 0.7, peak: 0.8, tiny: 0, inAir: 0.25 },
] as const;

/** One cell in so many is enough for a percentile; a prime, so that they do not line up. */
const SOME = 7;

/** A dark rim around burnt-in text, by which it can be read on white, is at most so many cells wide. */
const WIDEST_RIM = 5;

/**
 * Finds the radiographer's marks, lead letters, burnt-in text, the red spot, with the blur around them: 1 in their
 * cells; undefined where there are none. A mark is small and bright and stands in air, where no anatomy can be; or it
 * has been burnt in, which shows by its values wherever it is (see `findBurntIn`). Letters of lead that lie wholly over
 * the limb stay: nothing sure tells them from metal or from bone.
 */
export function findAnnotation(grid: Grid, surroundings: Surroundings, burntIn?: Uint8Array): Uint8Array | undefined {
  const { width, height } = grid;
  const marks = burntIn?.slice() ?? new Uint8Array(width * height);
  findMarksInAir(grid, surroundings, marks);
  if (!marks.includes(1)) return undefined;
  return growOverRims(grow(grow(marks, width, height), width, height), grid, surroundings);
}

/** The mask with what is next to it and darker than air. */
function growOverRims(mask: Uint8Array, { greys, width, height }: Grid, { open, air }: Surroundings): Uint8Array {
  const darkest = 0.8 * distributionOf(greys, air, SOME).percentile(0.5);
  let grown = mask;
  for (let cells = 0; cells < WIDEST_RIM; cells++) {
    const before = grown;
    grown = grow(before, width, height);
    let isDone = true;
    const next = grown;
    eachRun(next, width, (from, to) => {
      for (let at = from; at < to; at++) {
        if (before[at] === 1) continue;
        if (open[at] && greys[at]! < darkest) isDone = false;
        else next[at] = 0;
      }
    });
    if (isDone) break;
  }
  return grown;
}

/** Sets to 1 the cells of marks in air. */
function findMarksInAir({ greys, width, height }: Grid, { open, air }: Surroundings, marks: Uint8Array): void {
  const inAir = distributionOf(greys, air, SOME);
  const background = inAir.percentile(0.5);
  const uneven = inAir.percentile(0.9) + 0.02;
  const range = distributionOf(greys, open, SOME).percentile(0.995) - background;
  if (!(range > 0)) return;
  const area = countOnes(open);
  for (const { above, peak, tiny, inAir } of MARKS) {
    const threshold = Math.max(background + above * range, uneven);
    const mask = new Uint8Array(greys.length);
    for (let at = 0; at < mask.length; at++) mask[at] = greys[at]! > threshold ? 1 : 0;
    const parts = labelParts(mask, width);
    const { sizes, runs } = parts;
    const peaks = new Float32Array(sizes.length);
    for (const { part, from, to } of runs) {
      for (let at = from; at < to; at++) if (greys[at]! > peaks[part]!) peaks[part] = greys[at]!;
    }
    const least = background + peak * range;
    const small = sizes.map(
      (size, part) => part > 0 && (size < tiny * area || (size < LARGEST * area && peaks[part]! >= least)),
    );
    const airy = shareOfAirAround(
      parts,
      small,
      width,
      height,
      air,
      (at, part) => open[at] === 1 || sizes[part]! >= CUT * area,
    );
    for (const { part, from, to } of runs) if (small[part] && airy[part]! >= inAir) marks.fill(1, from, to);
  }
}

/** In place of a cell: none of the grid. */
const OUTSIDE = -1;

/** Two to three cells away, beyond the blur. */
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

/** For each small part, the share of air among the cells around it that count and belong to no small part. */
function shareOfAirAround(
  { runs }: Parts,
  small: boolean[],
  width: number,
  height: number,
  air: Uint8Array,
  counts: (at: number, part: number) => boolean,
): Float32Array {
  const airy = new Float32Array(small.length);
  const all = new Float32Array(small.length);
  const isOfSmall = new Uint8Array(air.length);
  for (const { part, from, to } of runs) if (small[part]) isOfSmall.fill(1, from, to);
  for (const { part, from, to } of runs) {
    if (!small[part]) continue;
    const y = Math.floor(from / width);
    for (let at = from; at < to; at++) {
      const x = at - y * width;
      for (const [dx, dy] of RING) {
        const isOutside = x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height;
        const next = isOutside ? OUTSIDE : at + dy * width + dx;
        if (!counts(next, part) || (!isOutside && isOfSmall[next] === 1)) continue;
        all[part]!++;
        if (!isOutside) airy[part]! += air[next]!;
      }
    }
  }
  return airy.map((count, part) => count / (all[part] || 1));
}

/** How many cells of a mask are 1. */
export function countOnes(mask: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < mask.length; at++) count += mask[at]!;
  return count;
}
