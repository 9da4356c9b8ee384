/** A line along one side of an image: its distance from that side, by the position along it. */
export interface SideLine {
  /** Distance at position 0. */
  at: number;
  /** Gain in distance for each position. */
  slope: number;
}

/** How far an edge may lie from the line to be on it, in the unit of the distances. */
const ON_LINE = 1.5;
/** Collimators are turned by some degrees, not more. */
const STEEPEST = 0.25;
/** Positions from which lines are tried, through each pair of them. */
const TRIED = 28;

/**
 * The straight edge that most distances lie on (a consensus of samples, Fischler and Bolles 1981), none being much
 * nearer to the side: `distances[p]` is where something begins as seen from the side at position p, NaN where nothing
 * does; `isEdge[p]` says whether an edge that counts lies there. Anatomy that crosses the edge hides it, so some
 * distances may be larger; but next to nothing may lie outside. Undefined where there is no such line.
 */
export function fitSideLine(distances: Float64Array, isEdge: Uint8Array): SideLine | undefined {
  const edges: number[] = [];
  let seen = 0;
  distances.forEach((distance, position) => {
    if (!Number.isNaN(distance)) seen++;
    if (isEdge[position]) edges.push(position);
  });
  if (edges.length < 12) return undefined;
  const tried = Array.from({ length: TRIED }, (_, i) => edges[Math.floor(((i + 0.5) * edges.length) / TRIED)]!);
  const mostOutside = 0.02 * seen;
  let best: { line: SideLine; score: number } | undefined;
  for (let i = 0; i < TRIED; i++) {
    for (let j = i + 4; j < TRIED; j++) {
      const line = through(tried[i]!, tried[j]!, distances);
      if (!line || Math.abs(line.slope) > STEEPEST) continue;
      const { on, outside } = support(line, distances, isEdge, mostOutside);
      const score = on - 4 * outside;
      if ((best === undefined || score > best.score) && on >= 0.3 * seen && outside <= mostOutside)
        best = { line, score };
    }
  }
  return best && refined(best.line, distances, isEdge);
}

function through(p: number, q: number, distances: Float64Array): SideLine | undefined {
  if (p === q) return undefined;
  const slope = (distances[q]! - distances[p]!) / (q - p);
  return { at: distances[p]! - slope * p, slope };
}

/** Counts no further once there is more outside than a line may have. */
function support(
  { at, slope }: SideLine,
  distances: Float64Array,
  isEdge: Uint8Array,
  mostOutside: number,
): { on: number; outside: number } {
  let on = 0;
  let outside = 0;
  for (let position = 0; position < distances.length && outside <= mostOutside; position++) {
    const beyond = distances[position]! - (at + slope * position);
    if (beyond < -ON_LINE) outside++;
    else if (beyond <= ON_LINE && isEdge[position]) on++;
  }
  return { on, outside };
}

/** The line of least squares through the edges that lie on it. */
function refined(line: SideLine, distances: Float64Array, isEdge: Uint8Array): SideLine {
  let [n, sumP, sumD, sumPP, sumPD] = [0, 0, 0, 0, 0];
  for (let position = 0; position < distances.length; position++) {
    const distance = distances[position]!;
    if (!isEdge[position] || !(Math.abs(distance - line.at - line.slope * position) <= ON_LINE)) continue;
    n++;
    sumP += position;
    sumD += distance;
    sumPP += position * position;
    sumPD += position * distance;
  }
  const spread = n * sumPP - sumP * sumP;
  if (spread === 0) return line;
  const slope = (n * sumPD - sumP * sumD) / spread;
  return { at: (sumD - slope * sumP) / n, slope };
}
