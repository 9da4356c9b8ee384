import type { Stroke } from "./lettering.ts";

/** A plane that can be drawn upon, in pixels of the matrix. */
export interface Drawing {
  /** Strokes in pixels of the matrix. */
  readonly strokes: readonly Stroke[];
  /** Half the strokes' thickness, pixels. */
  readonly half: number;
}

/**
 * Calls `paint` for each pixel that a drawing covers, with how much of it (0 to 1).
 * The strokes have round ends and edges one pixel soft.
 */
export function draw(
  { strokes, half }: Drawing,
  columns: number,
  rows: number,
  paint: (index: number, cover: number) => void,
): void {
  if (strokes.length === 0) return;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x1, y1, x2, y2] of strokes) {
    left = Math.min(left, x1, x2);
    right = Math.max(right, x1, x2);
    top = Math.min(top, y1, y2);
    bottom = Math.max(bottom, y1, y2);
  }
  const rim = half + 1;
  for (let y = Math.max(0, Math.floor(top - rim)); y <= Math.min(rows - 1, Math.ceil(bottom + rim)); y++) {
    for (let x = Math.max(0, Math.floor(left - rim)); x <= Math.min(columns - 1, Math.ceil(right + rim)); x++) {
      let nearest = Infinity;
      for (const stroke of strokes) nearest = Math.min(nearest, distance(x, y, stroke));
      const cover = Math.min(1, half + 0.5 - nearest);
      if (cover > 0) paint(y * columns + x, cover);
    }
  }
}

function distance(x: number, y: number, [x1, y1, x2, y2]: Stroke): number {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const length2 = dx * dx + dy * dy;
  const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length2));
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
}

/** Strokes moved to a place: scaled, turned (degrees), mirrored if wished, about their own origin. */
export function placed(
  strokes: readonly Stroke[],
  at: { x: number; y: number; scale: number; degrees?: number; mirrored?: boolean },
): Stroke[] {
  const c = Math.cos(((at.degrees ?? 0) * Math.PI) / 180) * at.scale;
  const s = Math.sin(((at.degrees ?? 0) * Math.PI) / 180) * at.scale;
  const side = at.mirrored ? -1 : 1;
  const move = (x: number, y: number) => [at.x + side * x * c - y * s, at.y + side * x * s + y * c] as const;
  return strokes.map(([x1, y1, x2, y2]) => [...move(x1, y1), ...move(x2, y2)] as const);
}
