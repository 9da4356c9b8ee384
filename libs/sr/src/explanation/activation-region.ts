import { contours } from "d3-contour";
import type { Point } from "../content-item.ts";
import { type Activation, evidenceOf } from "./activation.ts";

/** Points of the grid that is contoured, in each direction: four a cell of the map. */
const GRID = 32;

/** The line goes where the evidence is half of its peak. */
const SHARE_OF_PEAK = 0.5;

/** Below this peak, in logits, there is nothing that would be worth pointing at. */
const LEAST_PEAK = 1;

/**
 * The line round the strongest evidence, closed, in the square that the network saw (0 to 1). Undefined where no
 * evidence stands out.
 */
export function activationOutline(activation: Activation): Point[] | undefined {
  const evidence = evidenceOf(activation);
  const values = Array.from({ length: GRID * GRID }, (_, at) =>
    evidence(((at % GRID) + 0.5) / GRID, (Math.floor(at / GRID) + 0.5) / GRID),
  );
  const peak = Math.max(...values);
  if (!(peak >= LEAST_PEAK)) return undefined;
  const place = values.indexOf(peak);
  const at = { x: (place % GRID) + 0.5, y: Math.floor(place / GRID) + 0.5 };
  const { coordinates } = contours()
    .size([GRID, GRID])
    .contour(values, peak * SHARE_OF_PEAK);
  const rings = coordinates.map(([outer = []]) => outer.map(([x = 0, y = 0]) => ({ x, y })));
  const ring = rings.find((one) => isInside(at, one));
  return ring?.map(({ x, y }) => ({ x: x / GRID, y: y / GRID }));
}

/** Whether a point lies within a closed ring, by the crossings of a ray to the right. */
function isInside({ x, y }: Point, ring: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i]!, ring[i + 1]!];
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) * (b.x - a.x)) / (b.y - a.y)) inside = !inside;
  }
  return inside;
}

interface Place {
  /** Where the square that the network saw lies, in the image's pixels. */
  readonly seen: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly rows: number;
  readonly columns: number;
}

/**
 * The outline in the image's own pixels, columns and rows from its upper left corner, kept within the image, to a
 * hundredth of a pixel. Undefined where nothing of it lies within.
 */
export function outlineInImage(outline: readonly Point[], { seen, rows, columns }: Place): Point[] | undefined {
  const within = (place: number, end: number) => Math.round(Math.min(Math.max(place, 0), end) * 100) / 100;
  const points = outline.map(({ x, y }) => ({
    x: within(seen.x + x * seen.width, columns),
    y: within(seen.y + y * seen.height, rows),
  }));
  const distinct = points.filter(({ x, y }, i) => i === 0 || x !== points[i - 1]?.x || y !== points[i - 1]?.y);
  return distinct.length > 3 && areaOf(distinct) > 1 ? distinct : undefined;
}

/** The area within a closed ring, in its own units. */
function areaOf(ring: readonly Point[]): number {
  let twice = 0;
  for (let i = 0; i + 1 < ring.length; i++) twice += ring[i]!.x * ring[i + 1]!.y - ring[i + 1]!.x * ring[i]!.y;
  return Math.abs(twice) / 2;
}
