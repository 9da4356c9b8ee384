import type { Affine, Point } from "./affine.ts";

/** What a look at one point of a solid tells beside its density. */
export interface Probe {
  /** How far (mm) nothing changes in any direction; an underestimate costs time, an overestimate detail. */
  clear: number;
  /** 1 inside the solid, 0 outside, between the two at its surface: what it displaces. */
  inside: number;
  /** How much of the density is trabecular bone, whose pattern shows. */
  core: number;
}

/** Density at a point in the solid's own frame (mm), relative to the solid's material; fills in the probe. */
export type Density = (x: number, y: number, z: number, probe: Probe) => number;

/** Something that attenuates: a bone, the soft tissue, a plaster cast. */
export interface Solid {
  readonly name: string;
  readonly density: Density;
  /** A box in its own frame that holds all of it. */
  readonly low: Point;
  readonly high: Point;
  /** From its own frame to the patient's. */
  readonly place: Affine;
  /** How strong the trabecular pattern is, 0 for none. */
  readonly texture: number;
}

/** Signed depth below a surface (mm), positive inside: the opposite sign of the usual signed distance. */
export type Depth = (x: number, y: number, z: number) => number;

/** Half the width (mm) over which a surface fades in, so that edges do not alias between sample points. */
const EDGE = 0.3;

/**
 * A bone: a shell of cortical density around a core of trabecular bone.
 * @param shell thickness of the cortex, mm
 * @param core density of the inside relative to cortex: the volume share of bone in it, 0.03 in a shaft's marrow
 *   cavity to 0.3 below a joint
 */
export function shelled(depth: Depth, shell: number, core: number): Density {
  return (x, y, z, probe) => layered(depth(x, y, z), shell, 1, core, probe);
}

/** Two layers by depth: `outer` density down to `thickness`, `inner` below. */
export function layered(d: number, thickness: number, outer: number, inner: number, probe: Probe): number {
  const toEdge = d < 0 ? -d : d;
  const toCore = d < thickness ? thickness - d : d - thickness;
  probe.clear = toEdge < toCore ? toEdge : toCore;
  probe.core = 0;
  if (d <= -EDGE) {
    probe.inside = 0;
    return 0;
  }
  const inside = d >= EDGE ? 1 : (d + EDGE) / (2 * EDGE);
  probe.inside = inside;
  const deep = d - thickness;
  if (deep <= -EDGE) return inside * outer;
  probe.core = inner;
  if (deep >= EDGE) return inside * inner;
  return inside * (outer + ((inner - outer) * (deep + EDGE)) / (2 * EDGE));
}

/** Depth in an ellipsoid about the origin, to first order. */
export function ellipsoid(a: number, b: number, c: number): Depth {
  const smallest = Math.min(a, b, c);
  return (x, y, z) => {
    const u = x / a;
    const v = y / b;
    const w = z / c;
    const q = Math.sqrt(u * u + v * v + w * w);
    if (q < 0.2) return (1 - q) * smallest;
    const gradient = Math.sqrt((u * u) / (a * a) + (v * v) / (b * b) + (w * w) / (c * c)) / q;
    return (1 - q) / gradient;
  };
}

/** Depth in an ellipse with the given half axes, to first order: the cross-section of a long bone or a limb. */
export function ellipse(u: number, v: number, a: number, b: number): number {
  const p = u / a;
  const r = v / b;
  const q = Math.sqrt(p * p + r * r);
  if (q < 0.2) return (1 - q) * (a < b ? a : b);
  return ((1 - q) * q) / Math.sqrt((p * p) / (a * a) + (r * r) / (b * b));
}

/** Depth in a rod with round ends between two points, its radius going from the first to the second. */
export function rod(from: Point, to: Point, radiusFrom: number, radiusTo: number): Depth {
  const [ax, ay, az] = from;
  const dx = to[0] - ax;
  const dy = to[1] - ay;
  const dz = to[2] - az;
  const length2 = dx * dx + dy * dy + dz * dz;
  return (x, y, z) => {
    const px = x - ax;
    const py = y - ay;
    const pz = z - az;
    const t = Math.max(0, Math.min(1, (px * dx + py * dy + pz * dz) / length2));
    const ex = px - t * dx;
    const ey = py - t * dy;
    const ez = pz - t * dz;
    return radiusFrom + (radiusTo - radiusFrom) * t - Math.sqrt(ex * ex + ey * ey + ez * ez);
  };
}

/** Union of depths with a rounded seam of the given width (Quilez's polynomial smooth minimum, turned round). */
export function blend(a: number, b: number, width: number): number {
  const h = Math.max(0, width - Math.abs(a - b)) / width;
  return Math.max(a, b) + h * h * width * 0.25;
}
