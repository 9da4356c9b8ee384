import type { Grid } from "../resample/area-average.ts";

/**
 * Fills the masked cells of a grid in place, from their edge inwards, each layer with the mean of the cells next to it
 * that are known already: smooth, and made of nothing but what is around. Cells that are not open become black and are
 * not drawn upon.
 */
export function fillFromAround({ greys, width, height }: Grid, mask: Uint8Array, open: Uint8Array): void {
  const known = open.slice();
  let left: number[] = [];
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] === 0) continue;
    known[at] = 0;
    if (open[at]) left.push(at);
    else greys[at] = 0;
  }
  while (left.length > 0) {
    const filled: number[] = [];
    const means: number[] = [];
    const still: number[] = [];
    for (const at of left) {
      const mean = meanOfKnown(greys, known, at, width, height);
      if (mean === undefined) still.push(at);
      else {
        filled.push(at);
        means.push(mean);
      }
    }
    // Nothing known anywhere near: the whole field is masked.
    if (filled.length === 0) return;
    filled.forEach((at, index) => {
      greys[at] = means[index]!;
      known[at] = 1;
    });
    left = still;
  }
}

function meanOfKnown(
  greys: Float32Array,
  known: Uint8Array,
  at: number,
  width: number,
  height: number,
): number | undefined {
  const [x, y] = [at % width, Math.floor(at / width)];
  let sum = 0;
  let count = 0;
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
      const next = ny * width + nx;
      if (!known[next]) continue;
      sum += greys[next]!;
      count++;
    }
  }
  return count === 0 ? undefined : sum / count;
}
