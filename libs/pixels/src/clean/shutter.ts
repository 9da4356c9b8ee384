import { type DataSet, number, numbers, texts } from "@redspot/dicom";

/**
 * What the Display Shutter (PS3.3 C.7.6.11) leaves visible of a row: pairs of columns, from (inclusive) and to
 * (exclusive), counted from 0, in order.
 */
export interface Shutter {
  openSpans(row: number): readonly number[];
}

type Spans = (row: number) => number[];

/**
 * Reads the Display Shutter module. Of several shapes, what any of them covers is covered. `reduction` is how often the
 * decoder has halved the frame. Undefined where there is no shutter, none that is whole, or one that covers everything.
 */
export function readShutter(dataSet: DataSet, rows: number, columns: number, reduction = 0): Shutter | undefined {
  const scale = 1 / 2 ** reduction;
  const shapes = texts(dataSet, "ShutterShape").flatMap((shape) => {
    const spans = readShape(dataSet, shape, columns, scale);
    return spans ? [spans] : [];
  });
  if (shapes.length === 0) return undefined;
  const openSpans: Spans = (row) => shapes.map((spans) => spans(row)).reduce(intersect);
  for (let row = 0; row < rows; row++) if (openSpans(row).length > 0) return { openSpans };
  return undefined;
}

function readShape(dataSet: DataSet, shape: string, columns: number, scale: number): Spans | undefined {
  if (shape === "RECTANGULAR") return rectangle(dataSet, columns, scale);
  if (shape === "CIRCULAR") return circle(dataSet, columns, scale);
  if (shape === "POLYGONAL") return polygon(dataSet, columns, scale);
  // BITMAP comes with presentation states only (PS3.3 C.7.6.15).
  return undefined;
}

/** The edges are columns and rows counted from 1 and belong to what is visible. */
function rectangle(dataSet: DataSet, columns: number, scale: number): Spans | undefined {
  const left = number(dataSet, "ShutterLeftVerticalEdge");
  const right = number(dataSet, "ShutterRightVerticalEdge");
  const upper = number(dataSet, "ShutterUpperHorizontalEdge");
  const lower = number(dataSet, "ShutterLowerHorizontalEdge");
  if (left === undefined || right === undefined || upper === undefined || lower === undefined) return undefined;
  const span = clip((left - 1) * scale, right * scale, columns);
  return (row) => (row >= Math.round((upper - 1) * scale) && row < Math.round(lower * scale) ? span : []);
}

/** The centre is given as row and column counted from 1, the radius in pixels. */
function circle(dataSet: DataSet, columns: number, scale: number): Spans | undefined {
  const [row, column] = numbers(dataSet, "CenterOfCircularShutter");
  const radius = number(dataSet, "RadiusOfCircularShutter");
  if (row === undefined || column === undefined || radius === undefined) return undefined;
  return (at) => {
    const half = (radius * scale) ** 2 - (at + 0.5 - (row - 0.5) * scale) ** 2;
    if (half <= 0) return [];
    const middle = (column - 0.5) * scale;
    return clip(middle - Math.sqrt(half), middle + Math.sqrt(half), columns);
  };
}

/** Vertices are row and column pairs counted from 1, the last joined to the first; what is inside is visible. */
function polygon(dataSet: DataSet, columns: number, scale: number): Spans | undefined {
  const flat = numbers(dataSet, "VerticesOfThePolygonalShutter");
  const vertices: { x: number; y: number }[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    vertices.push({ y: (flat[at]! - 0.5) * scale, x: (flat[at + 1]! - 0.5) * scale });
  }
  if (vertices.length < 3) return undefined;
  return (row) => {
    const y = row + 0.5;
    const crossings = vertices.flatMap((from, index) => {
      const to = vertices[(index + 1) % vertices.length]!;
      if (from.y <= y === to.y <= y) return [];
      return [from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x)];
    });
    crossings.sort((a, b) => a - b);
    const spans: number[] = [];
    for (let at = 0; at + 1 < crossings.length; at += 2)
      spans.push(...clip(crossings[at]!, crossings[at + 1]!, columns));
    return spans;
  };
}

function clip(from: number, to: number, columns: number): number[] {
  const first = Math.max(0, Math.round(from));
  const last = Math.min(columns, Math.round(to));
  return first < last ? [first, last] : [];
}

function intersect(a: number[], b: number[]): number[] {
  const both: number[] = [];
  for (let i = 0; i + 1 < a.length; i += 2) {
    for (let j = 0; j + 1 < b.length; j += 2)
      both.push(...clip(Math.max(a[i]!, b[j]!), Math.min(a[i + 1]!, b[j + 1]!), 1e9));
  }
  return both;
}
