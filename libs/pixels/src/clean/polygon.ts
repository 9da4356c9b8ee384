/** A point of the frame, in pixels from its upper left corner: pixel 0 reaches from 0 to 1. */
export interface Point {
  x: number;
  y: number;
}

/** Where rows are open: pairs of columns, from (inclusive) and to (exclusive), counted from 0, in order. */
export type Spans = (row: number) => readonly number[];

/** The columns of each row whose pixels' middles are inside the polygon, by the even-odd rule. */
export function polygonSpans(vertices: readonly Point[], columns: number): Spans {
  return remembered((row) => {
    const y = row + 0.5;
    const crossings: number[] = [];
    let from = vertices.at(-1)!;
    for (const to of vertices) {
      if (from.y <= y !== to.y <= y) crossings.push(from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x));
      from = to;
    }
    if (crossings.length === 2) {
      return span(Math.min(crossings[0]!, crossings[1]!), Math.max(crossings[0]!, crossings[1]!), columns);
    }
    crossings.sort((a, b) => a - b);
    const spans: number[] = [];
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      spans.push(...span(crossings[at]!, crossings[at + 1]!, columns));
    }
    return spans;
  });
}

/** The same spans, each row's worked out once: rows are asked for several times. */
function remembered(spans: Spans): Spans {
  const known: (readonly number[])[] = [];
  return (row) => {
    known[row] ??= spans(row);
    return known[row];
  };
}

/** The pixels of a row of `columns` whose middles lie between two places, or on them; none, or one pair of columns. */
export function span(from: number, to: number, columns: number): number[] {
  const first = Math.max(0, Math.ceil(from - 0.5));
  const last = Math.min(columns, Math.floor(to - 0.5) + 1);
  return first < last ? [first, last] : [];
}

/** What is open in both. */
export function bothOpen(a: Spans, b: Spans): Spans {
  return remembered((row) => {
    const [some, others] = [a(row), b(row)];
    const both: number[] = [];
    for (let i = 0; i + 1 < some.length; i += 2) {
      for (let j = 0; j + 1 < others.length; j += 2) {
        const from = Math.max(some[i]!, others[j]!);
        const to = Math.min(some[i + 1]!, others[j + 1]!);
        if (from < to) both.push(from, to);
      }
    }
    return both;
  });
}

/** The smallest rectangle around a polygon. */
export function boundsOf(vertices: readonly Point[]): { x: number; y: number; width: number; height: number } {
  const [xs, ys] = [vertices.map(({ x }) => x), vertices.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The smallest rectangle around what is open in a frame of so many rows; undefined where nothing is. */
export function boundsOfSpans(
  open: Spans,
  rows: number,
): { x: number; y: number; width: number; height: number } | undefined {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, 0, -1, 0];
  for (let row = 0; row < rows; row++) {
    const spans = open(row);
    if (spans.length === 0) continue;
    if (top < 0) top = row;
    bottom = row + 1;
    left = Math.min(left, spans[0]!);
    right = Math.max(right, spans.at(-1)!);
  }
  return top < 0 ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}

/** Points with a x + b y + c of 0 or more. */
export interface HalfPlane {
  a: number;
  b: number;
  c: number;
}

/** The part of a convex polygon that lies in a half-plane (Sutherland and Hodgman). */
export function clipPolygon(vertices: readonly Point[], { a, b, c }: HalfPlane): Point[] {
  return vertices.flatMap((from, index) => {
    const to = vertices[(index + 1) % vertices.length]!;
    const [here, there] = [a * from.x + b * from.y + c, a * to.x + b * to.y + c];
    const kept = here >= 0 ? [from] : [];
    if (here >= 0 === there >= 0) return kept;
    const part = here / (here - there);
    return [...kept, { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) }];
  });
}

/** The area of a polygon (Gauss). */
export function polygonArea(vertices: readonly Point[]): number {
  let twice = 0;
  vertices.forEach((from, index) => {
    const to = vertices[(index + 1) % vertices.length]!;
    twice += from.x * to.y - to.x * from.y;
  });
  return Math.abs(twice) / 2;
}
