import { type Affine, apply, compose, invert } from "./affine.ts";
import type { Probe, Solid } from "./solid.ts";

/** A grid of beam paths: the plane of the detector, sampled every `pitch` mm, its centre at the origin, y upwards. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly pitch: number;
}

export const gridX = (grid: Grid, column: number) => (column - (grid.columns - 1) / 2) * grid.pitch;
export const gridY = (grid: Grid, row: number) => ((grid.rows - 1) / 2 - row) * grid.pitch;

/** How thick the material is along each beam path, as mm of its full density, and how much room (mm) it takes. */
export interface Thickness {
  readonly material: Float32Array;
  readonly room: Float32Array;
}

export const noThickness = (grid: Grid): Thickness => ({
  material: new Float32Array(grid.columns * grid.rows),
  room: new Float32Array(grid.columns * grid.rows),
});

const SHORTEST_STEP = 0.55;
const LONGEST_STEP = 5;

/**
 * Adds a solid's thickness along parallel beams to the maps. The beam runs along z of the world. Steps are as long as
 * the probe says nothing changes (sphere tracing: Hart, 1996), summed by the trapezoidal rule.
 * @param pose from the patient's frame to the world
 * @param lit which beam paths matter: what the collimator shuts off need not be known
 * @param pattern relative variation of the density inside, at the solid's own coordinates
 */
export function project(
  solid: Solid,
  pose: Affine,
  grid: Grid,
  into: Thickness,
  lit: (x: number, y: number) => boolean,
  pattern?: (x: number, y: number, z: number) => number,
): void {
  const toWorld = compose(pose, solid.place);
  const toSolid = invert(toWorld);
  const bounds = footprint(solid, toWorld, grid);
  const perWorld = Math.hypot(toSolid[2]!, toSolid[6]!, toSolid[10]!);
  const dx = toSolid[2]! / perWorld;
  const dy = toSolid[6]! / perWorld;
  const dz = toSolid[10]! / perWorld;
  const probe: Probe = { clear: 0, inside: 0, core: 0 };
  const span: Span = { enter: 0, leave: 0 };
  const { density, texture, low, high } = solid;
  for (let row = bounds.top; row <= bounds.bottom; row++) {
    const wy = gridY(grid, row);
    for (let column = bounds.left; column <= bounds.right; column++) {
      const wx = gridX(grid, column);
      if (!lit(wx, wy)) continue;
      const px = toSolid[0]! * wx + toSolid[1]! * wy + toSolid[3]!;
      const py = toSolid[4]! * wx + toSolid[5]! * wy + toSolid[7]!;
      const pz = toSolid[8]! * wx + toSolid[9]! * wy + toSolid[11]!;
      span.enter = -Infinity;
      span.leave = Infinity;
      clip(px, dx, low[0], high[0], span);
      clip(py, dy, low[1], high[1], span);
      clip(pz, dz, low[2], high[2], span);
      let t = span.enter;
      if (!(t < span.leave)) continue;
      let rho = density(px + dx * t, py + dy * t, pz + dz * t, probe);
      let inside = probe.inside;
      let material = 0;
      let room = 0;
      let core = 0;
      while (t < span.leave) {
        const wanted = probe.clear * 0.8;
        let step = wanted < SHORTEST_STEP ? SHORTEST_STEP : wanted > LONGEST_STEP ? LONGEST_STEP : wanted;
        if (t + step > span.leave) step = span.leave - t + 1e-6;
        t += step;
        const next = density(px + dx * t, py + dy * t, pz + dz * t, probe);
        material += (rho + next) * step;
        room += (inside + probe.inside) * step;
        core += probe.core * step;
        rho = next;
        inside = probe.inside;
      }
      if (room === 0) continue;
      if (pattern !== undefined && core > 0) {
        const middle = (span.enter + span.leave) / 2;
        material += 2 * core * texture * pattern(px + dx * middle, py + dy * middle, pz + dz * middle);
      }
      const at = row * grid.columns + column;
      into.material[at]! += Math.max(0, material) / (2 * perWorld);
      into.room[at]! += room / (2 * perWorld);
    }
  }
}

function footprint(solid: Solid, toWorld: Affine, grid: Grid) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const x of [solid.low[0], solid.high[0]]) {
    for (const y of [solid.low[1], solid.high[1]]) {
      for (const z of [solid.low[2], solid.high[2]]) {
        const [wx, wy] = apply(toWorld, [x, y, z]);
        const column = wx / grid.pitch + (grid.columns - 1) / 2;
        const row = (grid.rows - 1) / 2 - wy / grid.pitch;
        left = Math.min(left, column);
        right = Math.max(right, column);
        top = Math.min(top, row);
        bottom = Math.max(bottom, row);
      }
    }
  }
  return {
    left: Math.max(0, Math.floor(left)),
    right: Math.min(grid.columns - 1, Math.ceil(right)),
    top: Math.max(0, Math.floor(top)),
    bottom: Math.min(grid.rows - 1, Math.ceil(bottom)),
  };
}

interface Span {
  enter: number;
  leave: number;
}

/** Narrows the span to where the beam is between two faces of the box (Kay and Kajiya's slabs, 1986). */
function clip(from: number, direction: number, low: number, high: number, span: Span): void {
  if (Math.abs(direction) < 1e-9) {
    if (from < low || from > high) span.leave = -Infinity;
    return;
  }
  const a = (low - from) / direction;
  const b = (high - from) / direction;
  span.enter = Math.max(span.enter, Math.min(a, b));
  span.leave = Math.min(span.leave, Math.max(a, b));
}
