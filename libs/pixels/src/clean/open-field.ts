import { distributionOf } from "./distribution.ts";
import type { Lattice } from "./lattice.ts";
import { keepLargeParts } from "./parts.ts";
import { clipPolygon, type HalfPlane, type Point, polygonArea } from "./polygon.ts";
import { fitSideLine, type SideLine } from "./side-line.ts";

/** How far inside the blades' edge the field is taken to begin, as a share of the frame: their shadow is not sharp. */
const PENUMBRA = 0.005;
/** A field smaller than this share of the frame is not believed. */
const LEAST_AREA = 0.06;
/** Parts smaller than this share of the lattice are no field: lettering beside it. */
const LEAST_PART = 0.01;

/**
 * The part of the frame that the beam reached, as a convex polygon in pixels: what the collimator's blades shadowed is
 * bright on all sides, or the modality has given it one dark value, or a shutter covers it. Its sides are straight, a
 * little turned perhaps, and each is found by itself; anatomy may cross them. Undefined where the whole frame is open, or
 * nothing is sure. `brightness` is 1 where bone has the larger values, -1 where it has the smaller ones.
 */
export function findOpenField(
  lattice: Lattice,
  brightness: 1 | -1,
  columns: number,
  rows: number,
): Point[] | undefined {
  const surround = describeSurround(lattice, brightness);
  if (!surround) return undefined;
  const { width, height } = lattice;
  const inside = keepLargeParts(surround.isInside, width, height, LEAST_PART * width * height);
  let field: Point[] = [
    { x: 0, y: 0 },
    { x: columns, y: 0 },
    { x: columns, y: rows },
    { x: 0, y: rows },
  ];
  const whole = polygonArea(field);
  const penumbra = PENUMBRA * Math.max(columns, rows);
  for (const side of sidesOf(width, height)) {
    const line = fitSide(side, inside, surround);
    if (line && line.at + (line.slope * side.length) / 2 > 0.5)
      field = clipPolygon(field, innerSide(line, side, lattice, penumbra));
  }
  const area = polygonArea(field);
  return area === whole || area < LEAST_AREA * whole ? undefined : field;
}

interface Surround {
  /** 1 where a point is neither dark surround nor bright. */
  isInside: Uint8Array;
  /** Whether, of two points, the first is surround beside which the second is open. */
  isEdge(outside: number, inside: number): boolean;
}

/** What the surround looks like; undefined where the values tell nothing. */
function describeSurround(lattice: Lattice, brightness: 1 | -1): Surround | undefined {
  const { values } = lattice;
  const constant = constantOfEdges(lattice, brightness);
  const open = distributionOf(
    constant === undefined ? values : values.map((value) => (value === constant ? Number.NaN : value)),
  );
  const [dark, bright] = brightness > 0 ? [0.1, 0.99] : [0.9, 0.01];
  const air = open.percentile(dark);
  const reach = open.percentile(bright) - air;
  if (Number.isNaN(reach) || reach === 0) return undefined;
  // Compression lets a constant value ripple.
  const isConstant = (index: number) =>
    Number.isNaN(values[index]) || (constant !== undefined && Math.abs((values[index]! - constant) / reach) < 0.005);
  // 0 is air, 1 as bright as anything.
  const level = (index: number) => (values[index]! - air) / reach;
  const isInside = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++) {
    if (!isConstant(index) && level(index) < 0.6) isInside[index] = 1;
  }
  return {
    isInside,
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
  for (const other of values) if ((other - value) * brightness < 0) darker++;
  return darker < 0.02 * values.length ? value : undefined;
}

/** One side of the lattice, seen from outside: positions along it, depths into it. */
interface Side {
  length: number;
  depth: number;
  index(position: number, depth: number): number;
  /** Whether positions are rows, as on the left and the right. */
  isUpright: boolean;
  /** Whether depths are counted backwards, as on the right and at the bottom. */
  isFar: boolean;
}

function sidesOf(width: number, height: number): Side[] {
  const upright = { length: height, depth: width, isUpright: true };
  const level = { length: width, depth: height, isUpright: false };
  return [
    { ...upright, isFar: false, index: (position, depth) => position * width + depth },
    { ...upright, isFar: true, index: (position, depth) => position * width + width - 1 - depth },
    { ...level, isFar: false, index: (position, depth) => depth * width + position },
    { ...level, isFar: true, index: (position, depth) => (height - 1 - depth) * width + position },
  ];
}

/** What lies within a line along a side, in pixels: the edge is between the first point inside and the one before. */
function innerSide({ at, slope }: SideLine, side: Side, { step, first }: Lattice, penumbra: number): HalfPlane {
  const inwards = side.isFar ? -1 : 1;
  const edge = side.isFar ? first + (side.depth - 0.5 - at) * step : first + (at - 0.5) * step;
  const c = -inwards * edge + slope * first - penumbra;
  return side.isUpright ? { a: inwards, b: -slope, c } : { a: -slope, b: inwards, c };
}

function fitSide(side: Side, inside: Uint8Array, surround: Surround): SideLine | undefined {
  const distances = new Float64Array(side.length).fill(Number.NaN);
  const isEdge = new Uint8Array(side.length);
  for (let position = 0; position < side.length; position++) {
    for (let depth = 0; depth < side.depth; depth++) {
      if (!inside[side.index(position, depth)]) continue;
      distances[position] = depth;
      const outside = side.index(position, Math.max(0, depth - 2));
      const within = side.index(position, Math.min(side.depth - 1, depth + 1));
      if (depth === 0 || surround.isEdge(outside, within)) isEdge[position] = 1;
      break;
    }
  }
  return fitSideLine(distances, isEdge);
}
