/**
 * The class activation map as evidence (Zhou et al., "Learning deep features for discriminative localization", CVPR
 * 2016): a cell's value with the head's bias is the log odds that the whole image would have if all of it looked like
 * this cell. What counts speaks for a fracture, and does so more than the rest of the image.
 */

/** Cells in a row, and rows. */
const CELLS = 8;

export interface Activation {
  /** 8 x 8, row by row, in logits: mean and bias make the image's logit. */
  readonly activationMap: readonly number[];
  readonly logit: number;
}

/** The evidence at a place of the square that the network saw (0 to 1, from the upper left), in logits; 0 at least. */
export function evidenceOf({ activationMap, logit }: Activation): (u: number, v: number) => number {
  const mean = activationMap.reduce((sum, value) => sum + value, 0) / activationMap.length;
  const least = Math.max(mean, mean - logit);
  return (u, v) => Math.max(0, bilinear(activationMap, cellOf(v), cellOf(u)) - least);
}

/** Where a place lies among the centres of the cells. */
function cellOf(place: number): number {
  return Math.min(Math.max(place * CELLS - 0.5, 0), CELLS - 1);
}

function bilinear(map: readonly number[], y: number, x: number): number {
  const [top, left] = [Math.min(Math.floor(y), CELLS - 2), Math.min(Math.floor(x), CELLS - 2)];
  const [down, right] = [y - top, x - left];
  const value = (row: number, column: number) => map[row * CELLS + column] ?? 0;
  return (
    (value(top, left) * (1 - right) + value(top, left + 1) * right) * (1 - down) +
    (value(top + 1, left) * (1 - right) + value(top + 1, left + 1) * right) * down
  );
}
