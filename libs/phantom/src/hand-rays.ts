import { type Affine, compose, type Point, rotation, translation } from "./affine.ts";
import { sections } from "./sections.ts";
import { type Density, type Depth, ellipse, layered, rod, type Solid } from "./solid.ts";
import type { WristAnatomy } from "./wrist-anatomy.ts";

/** Columns: position from base (0) to head (1), half width, half width across, cortex (mm), share of bone in the core. */
const TUBULAR = [
  [0, 0.78, 0.85, 0.7, 0.2],
  [0.06, 1.0, 1.05, 0.7, 0.2],
  [0.2, 0.72, 0.76, 1.2, 0.1],
  [0.45, 0.6, 0.6, 1.9, 0.04],
  [0.68, 0.64, 0.66, 1.6, 0.06],
  [0.85, 0.9, 0.9, 0.8, 0.18],
  [0.94, 0.95, 0.98, 0.7, 0.2],
  [1, 0.6, 0.7, 0.7, 0.2],
] as const;

/** A metacarpal or phalanx along y from its base at the origin. */
function tubularBone(name: string, length: number, breadth: number, mineral: number, place: Affine): Solid {
  const table = sections(TUBULAR.map(([at, ...rest]) => [at * length, ...rest]));
  const density: Density = (x, y, z, probe) => {
    const row = table.at(y);
    const bow = (0.06 * (y * (length - y))) / length;
    const around = ellipse(x + bow, z, row[0]! * breadth, row[1]! * breadth);
    const cortex = row[2]! * mineral;
    const ends = Math.min(y + (x * x + z * z) / 40, length - y - (x * x + z * z) / 14);
    return layered(Math.min(around, ends), cortex, 1, row[3]! * mineral, probe);
  };
  const wide = breadth * 1.15 + 3;
  return { name, density, low: [-wide, -1, -wide], high: [wide, length + 1, wide], place, texture: 0.1 };
}

// Base, length, half breadth, spread (degrees about x), for the index to the little finger.
const RAYS = [
  { base: [-1.5, 31.5, 9.5], length: 66, breadth: 8.2, spread: -5 },
  { base: [-1.2, 34.5, -0.5], length: 64, breadth: 8.0, spread: 0 },
  { base: [-1, 32.5, -9.5], length: 57, breadth: 6.8, spread: 4 },
  { base: [0.2, 30, -16.5], length: 53, breadth: 6.8, spread: 9 },
] as const;

/** Flexion of a finger, towards the palm, is clockwise seen from the thumb's side. */
const bend = (degrees: number) => rotation("z", -degrees);

/** Metacarpals and phalanges of all five rays. */
export function metacarpus(a: WristAnatomy, hand: Affine): Solid[] {
  const solids: Solid[] = [];
  RAYS.forEach((ray, i) => {
    const flex = a.fingers[i]!;
    const place = compose(
      hand,
      translation(ray.base[0], ray.base[1], ray.base[2]),
      rotation("x", -ray.spread),
      bend(flex * 0.25 + i * 0.8),
    );
    solids.push(tubularBone(`metacarpal ${i + 2}`, ray.length, ray.breadth, a.mineral, place));
    let joint = compose(place, translation(0, ray.length + 1.5, 0), bend(flex));
    for (const [part, length, width] of [
      ["proximal", 0.64, 0.82],
      ["middle", 0.4, 0.7],
      ["distal", 0.27, 0.55],
    ] as const) {
      const bone = tubularBone(`${part} phalanx ${i + 2}`, ray.length * length, ray.breadth * width, a.mineral, joint);
      solids.push(bone);
      joint = compose(joint, translation(0, ray.length * length + 1.2, 0), bend(flex * 0.8 + 2));
    }
  });
  const thumb = thumbFrames(a, hand);
  solids.push(tubularBone("metacarpal 1", 44, 7.6, a.mineral, thumb[0]));
  solids.push(tubularBone("proximal phalanx 1", 31, 6.6, a.mineral, thumb[1]));
  solids.push(tubularBone("distal phalanx 1", 23, 5.4, a.mineral, thumb[2]));
  return solids;
}

/** Where the thumb's metacarpal and phalanges are. */
export function thumbFrames(a: WristAnatomy, hand: Affine): [Affine, Affine, Affine] {
  const first = compose(hand, translation(12, 31.5, 19.5), rotation("x", 10), bend(a.thumb));
  const second = compose(first, translation(0, 45.5, 0), bend(-6 + a.thumb * 0.1));
  return [first, second, compose(second, translation(0, 32.5, 0), bend(6))];
}

/** The flesh of the fingers, from their first joints on. */
export function fingerFlesh(a: WristAnatomy): Depth {
  const rods = RAYS.flatMap((ray, i) => {
    const flex = a.fingers[i]!;
    let frame = compose(
      translation(ray.base[0], ray.base[1], ray.base[2]),
      rotation("x", -ray.spread),
      bend(flex * 0.25 + i * 0.8),
    );
    frame = compose(frame, translation(0, ray.length, 0), bend(flex));
    return [0.64, 0.4, 0.32].map((share, k) => {
      const from: Point = [frame[3]!, frame[7]!, frame[11]!];
      frame = compose(frame, translation(0, ray.length * share + 1, 0), bend(flex * 0.8 + 2));
      const to: Point = [frame[3]!, frame[7]!, frame[11]!];
      return rod(from, to, ray.breadth * (1.28 - 0.12 * k), ray.breadth * (1.16 - 0.12 * k));
    });
  });
  return (x, y, z) => {
    let d = -Infinity;
    for (const one of rods) d = Math.max(d, one(x, y, z));
    return d;
  };
}
