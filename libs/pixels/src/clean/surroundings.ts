import type { Box } from "../resample/area-average.ts";
import { distributionOf } from "./distribution.ts";
import type { Lattice } from "./lattice.ts";
import type { Spans } from "./polygon.ts";

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
  const { step, values } = lattice;
  const inField = distributionOf(values, (index) => isOpen[index] === 1);
  const dark = inField.percentile(brightness > 0 ? 0.02 : 0.98);
  const reach = inField.percentile(brightness > 0 ? 0.99 : 0.01) - dark;
  const open = new Uint8Array(width * height);
  const air = new Uint8Array(width * height);
  const nearest = (place: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(place / step)));
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

/** 1 where a lattice point lies in what is open and is a value. */
export function openLattice({ width, height, step, values }: Lattice, spans: Spans | undefined): Uint8Array {
  const mask = new Uint8Array(values.length);
  for (let at = 0; at < mask.length; at++) if (!Number.isNaN(values[at]!)) mask[at] = 1;
  if (!spans) return mask;
  const inside = new Uint8Array(mask.length);
  const first = step >> 1;
  for (let y = 0; y < height; y++) {
    const row = spans(first + y * step);
    for (let at = 0; at + 1 < row.length; at += 2) {
      const from = Math.max(0, Math.ceil((row[at]! - first) / step));
      for (let x = from; x < width && first + x * step < row[at + 1]!; x++)
        inside[y * width + x] = mask[y * width + x]!;
    }
  }
  return inside;
}
