import type { Box } from "../resample/area-average.ts";
import { distributionOf } from "./distribution.ts";
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
 * Looks at the lattice point nearest to each of width x height cells over the box; `isOpen` as `openLattice` gives it. `brightness` is 1 where bone has the
 * larger modality values, -1 where it has the smaller ones.
 */
export function surroundingsOf(
  lattice: Lattice,
  isOpen: Uint8Array,
  brightness: 1 | -1,
  box: Box,
  width: number,
  height: number,
): Surroundings {
  const { step, first, values } = lattice;
  const inField = distributionOf(values, isOpen);
  const dark = inField.percentile(brightness > 0 ? 0.02 : 0.98);
  const reach = inField.percentile(brightness > 0 ? 0.99 : 0.01) - dark;
  const open = new Uint8Array(width * height);
  const air = new Uint8Array(width * height);
  const nearest = (place: number, count: number) =>
    Math.min(count - 1, Math.max(0, Math.round((place - first) / step)));
  for (let y = 0; y < height; y++) {
    const row = nearest(box.y + ((y + 0.5) * box.height) / height, lattice.height) * lattice.width;
    for (let x = 0; x < width; x++) {
      const index = row + nearest(box.x + ((x + 0.5) * box.width) / width, lattice.width);
      if (!isOpen[index]) continue;
      open[y * width + x] = 1;
      // A difference of the same sign as the reach, whichever that is.
      if ((values[index]! - dark) / reach < UNEVEN) air[y * width + x] = 1;
    }
  }
  return { open, air };
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
