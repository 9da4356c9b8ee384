import type { Box } from "../resample/area-average.ts";
import type { Distribution } from "./distribution.ts";
import type { Lattice } from "./lattice.ts";

/** What is known of each cell of the grid beside its grey. */
export interface Surroundings {
  /** 1 where the cell lies in the open field. */
  open: Uint8Array;
  /** 1 where nothing but air was in the beam, whatever the window shows of it. */
  air: Uint8Array;
}

/** Values this much of the range above the darkest are still air: the beam is not even, nor is the detector. */
const UNEVEN = 0.12;

/**
 * Looks at the lattice point nearest to each of width x height cells over the box; `isOpen` as `openLattice` gives it, and how the values
 * there are distributed.
 * `brightness` is 1 where bone has the larger modality values, -1 where it has the smaller ones.
 */
export function surroundingsOf(
  lattice: Lattice,
  isOpen: Uint8Array,
  inField: Distribution,
  brightness: 1 | -1,
  box: Box,
  width: number,
  height: number,
): Surroundings {
  const { values } = lattice;
  const dark = inField.percentile(brightness > 0 ? 0.02 : 0.98);
  const reach = inField.percentile(brightness > 0 ? 0.99 : 0.01) - dark;
  const open = new Uint8Array(width * height);
  const air = new Uint8Array(width * height);
  const columns = nearestPoints(box.x, box.width, width, lattice.width, lattice);
  const rows = nearestPoints(box.y, box.height, height, lattice.height, lattice);
  const sign = reach > 0 ? 1 : -1;
  const unevenTo = sign * (dark + UNEVEN * reach);
  for (let y = 0; y < height; y++) {
    if (rows[y]! < 0) continue;
    const row = rows[y]! * lattice.width;
    for (let x = 0; x < width; x++) {
      if (columns[x]! < 0) continue;
      const point = row + columns[x]!;
      if (isOpen[point] === 0) continue;
      open[y * width + x] = 1;
      if (sign * values[point]! < unevenTo) air[y * width + x] = 1;
    }
  }
  return { open, air };
}

/** For each of `cells` along a side of the box, the lattice's nearest point; -1 outside the lattice. */
function nearestPoints(
  from: number,
  length: number,
  cells: number,
  points: number,
  { first, step }: Lattice,
): Int32Array {
  return Int32Array.from({ length: cells }, (_, cell) => {
    const point = Math.round((from + ((cell + 0.5) * length) / cells - first) / step);
    // The frame goes on for up to a step beyond the last point.
    return point < -1 || point > points ? -1 : Math.min(points - 1, Math.max(0, point));
  });
}

/** The mask of lattice points without those in masked cells of a grid over the box. */
export function withoutCells(
  { width, first, step }: Lattice,
  points: Uint8Array,
  cells: Uint8Array,
  box: Box,
  gridWidth: number,
  gridHeight: number,
): Uint8Array {
  return points.map((point, index) => {
    if (point === 0) return 0;
    const column = Math.floor(((first + (index % width) * step - box.x) * gridWidth) / box.width);
    const row = Math.floor(((first + Math.floor(index / width) * step - box.y) * gridHeight) / box.height);
    return cells[row * gridWidth + column] === 1 ? 0 : 1;
  });
}
