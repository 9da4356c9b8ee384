import { distributionOf } from "./distribution.ts";
import type { Lattice } from "./lattice.ts";

/**
 * What the part of an image that the beam did not reach looks like: bright, or of one dark value, or shuttered (NaN).
 */
export interface Surround {
  /** Whether a modality value is neither. */
  isInside(value: number): boolean;
  /** Whether, of two values a little apart, the first is surround beside which the second is open. */
  isEdge(outside: number, inside: number): boolean;
}

/** A constant value may ripple by this share of the range, where it was compressed. */
const RIPPLE = 0.005;

/** Learns from the lattice what its surround would look like; undefined where the values tell nothing. */
export function describeSurround(lattice: Lattice, brightness: 1 | -1): Surround | undefined {
  const { values } = lattice;
  const constant = constantOfEdges(lattice, brightness);
  const open = distributionOf(
    constant === undefined ? values : values.map((value) => (value === constant ? Number.NaN : value)),
  );
  const [dark, bright] = brightness > 0 ? [0.1, 0.99] : [0.9, 0.01];
  const air = open.percentile(dark);
  const reach = open.percentile(bright) - air;
  if (Number.isNaN(reach) || reach === 0) return undefined;
  const isConstant = (value: number) =>
    Number.isNaN(value) || (constant !== undefined && Math.abs((value - constant) / reach) < RIPPLE);
  // 0 is air, 1 as bright as anything.
  const level = (value: number) => (value - air) / reach;
  return {
    isInside: (value) => !isConstant(value) && level(value) < 0.6,
    // Skin gets thin towards its edge and cortex has flesh beside it: only blades go from brightest to air at once.
    isEdge: (outside, inside) => isConstant(outside) || level(outside) - level(inside) > 0.5,
  };
}

/** The one dark value that most of the frame's edge has, if it has one. */
function constantOfEdges({ width, height, values }: Lattice, brightness: 1 | -1): number | undefined {
  const counts = new Map<number, number>();
  const count = (index: number) => {
    const value = values[index]!;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  };
  for (let x = 0; x < width; x++) {
    count(x);
    count((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    count(y * width);
    count(y * width + width - 1);
  }
  const [value, times] = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most));
  if (times < 0.4 * 2 * (width + height)) return undefined;
  let darker = 0;
  for (let index = 0; index < values.length; index++) if ((values[index]! - value) * brightness < 0) darker++;
  return darker < 0.02 * values.length ? value : undefined;
}
