import { type DataSet, number, numbers, texts } from "@redspot/dicom";
import { placeInFrame } from "../decode/stored-frame.ts";
import { bothOpen, type Point, polygonSpans, type Spans, span } from "./polygon.ts";

/**
 * What the Display Shutter (PS3.3 C.7.6.11) leaves open. Of several shapes, what any of them covers is covered.
 * `reduction` is how often the decoder has halved the frame. Undefined where there is no shutter, none that is whole,
 * or only one that covers everything.
 */
export function readShutter(dataSet: DataSet, rows: number, columns: number, reduction = 0): Spans | undefined {
  const place = (inImage: number) => placeInFrame(inImage, reduction);
  const shapes = texts(dataSet, "ShutterShape").flatMap((shape) => {
    const spans = readShape(dataSet, shape, columns, place);
    return spans ? [spans] : [];
  });
  if (shapes.length === 0) return undefined;
  const open = shapes.reduce(bothOpen);
  for (let row = 0; row < rows; row++) if (open(row).length > 0) return open;
  return undefined;
}

/** From a place in the image to one in the frame, in pixels. */
type Place = (inImage: number) => number;

function readShape(dataSet: DataSet, shape: string, columns: number, place: Place): Spans | undefined {
  if (shape === "RECTANGULAR") return rectangle(dataSet, columns, place);
  if (shape === "CIRCULAR") return circle(dataSet, columns, place);
  if (shape === "POLYGONAL") return polygon(dataSet, columns, place);
  // BITMAP comes with presentation states only (PS3.3 C.7.6.15).
  return undefined;
}

/** The edges are columns and rows counted from 1, and visible themselves. */
function rectangle(dataSet: DataSet, columns: number, place: Place): Spans | undefined {
  const left = number(dataSet, "ShutterLeftVerticalEdge");
  const right = number(dataSet, "ShutterRightVerticalEdge");
  const upper = number(dataSet, "ShutterUpperHorizontalEdge");
  const lower = number(dataSet, "ShutterLowerHorizontalEdge");
  if (left === undefined || right === undefined || upper === undefined || lower === undefined) return undefined;
  const open = span(place(left - 1), place(right), columns);
  const [first, last] = [Math.round(place(upper - 1)), Math.round(place(lower))];
  return (row) => (row >= first && row < last ? open : []);
}

/** The centre is a row and a column counted from 1, the radius is in pixels. */
function circle(dataSet: DataSet, columns: number, place: Place): Spans | undefined {
  const [row, column] = numbers(dataSet, "CenterOfCircularShutter");
  const radius = number(dataSet, "RadiusOfCircularShutter");
  if (row === undefined || column === undefined || radius === undefined) return undefined;
  const centre = { x: place(column - 0.5), y: place(row - 0.5) };
  const reach = place(radius) - place(0);
  return (at) => {
    const square = reach ** 2 - (at + 0.5 - centre.y) ** 2;
    return square < 0 ? [] : span(centre.x - Math.sqrt(square), centre.x + Math.sqrt(square), columns);
  };
}

/** Vertices are pairs of row and column counted from 1, the last joined to the first; what is inside is open. */
function polygon(dataSet: DataSet, columns: number, place: Place): Spans | undefined {
  const flat = numbers(dataSet, "VerticesOfThePolygonalShutter");
  const vertices: Point[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    vertices.push({ y: place(flat[at]! - 0.5), x: place(flat[at + 1]! - 0.5) });
  }
  return vertices.length < 3 ? undefined : polygonSpans(vertices, columns);
}
