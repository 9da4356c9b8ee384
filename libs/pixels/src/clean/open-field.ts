import type { StoredFrame } from "../decode/stored-frame.ts";
import { type GreyScale, modalityOf } from "../grey/grey-scale.ts";
import type { Lattice } from "./lattice.ts";
import { keepLargeParts } from "./parts.ts";
import { clipPolygon, type HalfPlane, type Point, polygonArea } from "./polygon.ts";
import { fitSideLine, type SideLine } from "./side-line.ts";
import { describeSurround, type Surround } from "./surround.ts";

/** How far inside the blades' edge the field is taken to begin, as a share of the frame: their shadow is not sharp. */
const PENUMBRA = 0.005;
/** A field smaller than this share of the frame is not believed. */
const LEAST_AREA = 0.06;
/** Parts smaller than this share of the lattice are no field: lettering beside it. */
const LEAST_PART = 0.01;

/**
 * The part of the frame that the beam reached, as a convex polygon in pixels: what the collimator's blades shadowed is
 * bright on all sides, or the modality has given it one dark value, or a shutter covers it. Its sides are straight, a
 * little turned perhaps, and each is found by itself; anatomy may cross them. Undefined where the whole frame is open,
 * or nothing is sure.
 */
export function findOpenField(frame: StoredFrame, lattice: Lattice, scale: GreyScale): Point[] | undefined {
  const surround = describeSurround(lattice, scale.brightness);
  if (!surround) return undefined;
  const { width, height, values } = lattice;
  const { rows, columns } = frame;
  const mask = new Uint8Array(values.length);
  for (let index = 0; index < mask.length; index++) if (surround.isInside(values[index]!)) mask[index] = 1;
  const inside = keepLargeParts(mask, width, height, LEAST_PART * width * height);
  let field: Point[] = [
    { x: 0, y: 0 },
    { x: columns, y: 0 },
    { x: columns, y: rows },
    { x: 0, y: rows },
  ];
  const whole = polygonArea(field);
  const penumbra = PENUMBRA * Math.max(columns, rows);
  const isInside = (row: number, column: number) =>
    surround.isInside(modalityOf(scale, frame.words[row * columns + column]!));
  for (const side of sidesOf(width, height)) {
    const line = fitSide(side, lattice, inside, surround, isInside);
    if (line && line.at + (line.slope * side.length) / 2 > 0.5) {
      field = clipPolygon(field, innerSide(line, side, lattice, penumbra));
    }
  }
  const area = polygonArea(field);
  return area === whole || area < LEAST_AREA * whole ? undefined : field;
}

/** One side of the lattice, seen from outside: positions along it, depths into it. */
interface Side {
  length: number;
  depth: number;
  /** Index of the lattice's point at position 0 and depth 0, and how far from it those of the next ones are. */
  origin: number;
  along: number;
  inwards: number;
  /** Whether positions are rows, as on the left and the right. */
  isUpright: boolean;
  /** Whether depths are counted backwards, as on the right and at the bottom. */
  isFar: boolean;
}

function sidesOf(width: number, height: number): Side[] {
  const upright = { length: height, depth: width, along: width, isUpright: true };
  const level = { length: width, depth: height, along: 1, isUpright: false };
  return [
    { ...upright, isFar: false, origin: 0, inwards: 1 },
    { ...upright, isFar: true, origin: width - 1, inwards: -1 },
    { ...level, isFar: false, origin: 0, inwards: width },
    { ...level, isFar: true, origin: (height - 1) * width, inwards: -width },
  ];
}

/** What lies within a line along a side, in pixels of the frame. */
function innerSide({ at, slope }: SideLine, side: Side, { step, first }: Lattice, penumbra: number): HalfPlane {
  const inwards = side.isFar ? -1 : 1;
  const c = -inwards * placeOf(side, at, first, step) + slope * first - penumbra;
  return side.isUpright ? { a: inwards, b: -slope, c } : { a: -slope, b: inwards, c };
}

/**
 * Where in the frame a distance from a side is: that of a lattice point is half a step before the point, as seen from
 * there.
 */
function placeOf(side: Side, distance: number, first: number, step: number): number {
  return side.isFar ? first + (side.depth - 0.5 - distance) * step : first + (distance - 0.5) * step;
}

function distanceOf(side: Side, place: number, first: number, step: number): number {
  return side.isFar ? side.depth - 0.5 - (place - first) / step : (place - first) / step + 0.5;
}

function fitSide(
  side: Side,
  lattice: Lattice,
  inside: Uint8Array,
  surround: Surround,
  isInside: (row: number, column: number) => boolean,
): SideLine | undefined {
  const { values } = lattice;
  const distances = new Float64Array(side.length).fill(Number.NaN);
  const isEdge = new Uint8Array(side.length);
  for (let position = 0; position < side.length; position++) {
    const start = side.origin + position * side.along;
    let depth = 0;
    while (depth < side.depth && inside[start + depth * side.inwards] === 0) depth++;
    if (depth === side.depth) continue;
    distances[position] = depth;
    const outside = values[start + Math.max(0, depth - 2) * side.inwards]!;
    const within = values[start + Math.min(side.depth - 1, depth + 1) * side.inwards]!;
    if (depth > 0 && !surround.isEdge(outside, within)) continue;
    isEdge[position] = 1;
    if (depth > 0) distances[position] = edgeBetweenPoints(side, lattice, position, depth, isInside);
  }
  return fitSideLine(distances, isEdge);
}

/** The distance to the edge between a lattice point inside and the one before it, to a pixel. */
function edgeBetweenPoints(
  side: Side,
  { first, step }: Lattice,
  position: number,
  depth: number,
  isInside: (row: number, column: number) => boolean,
): number {
  const along = Math.floor(first + position * step);
  const isOpen = (place: number) => (side.isUpright ? isInside(along, place) : isInside(place, along));
  const pointAt = (depth: number) => Math.floor(first + (side.isFar ? side.depth - 1 - depth : depth) * step);
  const inwards = side.isFar ? -1 : 1;
  const last = pointAt(depth);
  let place = pointAt(depth - 1);
  while (place !== last && !(isOpen(place) && isOpen(place + inwards))) place += inwards;
  return distanceOf(side, side.isFar ? place + 1 : place, first, step);
}
