import { about, compose, identity, type Point, rotation, translation } from "./affine.ts";
import { brokenRadius, type Fracture } from "./fracture.ts";
import { sections } from "./sections.ts";
import { blend, type Density, type Depth, ellipse, layered, rod, type Solid, shelled } from "./solid.ts";
import type { WristAnatomy } from "./wrist-anatomy.ts";

// Columns: y, then centre x and z, half widths along x and z, cortex, share of bone in the core.
const RADIUS = [
  [-190, 0, 8, 6.6, 8.2, 3.1, 0.03],
  [-110, -1.0, 7, 6.2, 8.0, 2.9, 0.03],
  [-60, -1.3, 4.6, 6.3, 8.4, 2.3, 0.05],
  [-38, -0.9, 2.4, 7.0, 10.2, 1.7, 0.08],
  [-24, 0.1, 0.9, 8.3, 12.8, 1.15, 0.13],
  [-12, 1.3, 0, 10.0, 15.0, 0.85, 0.18],
  [-3, 2.1, 0, 11.0, 16.0, 0.85, 0.22],
  [3, 2.0, 1.6, 10.8, 14.6, 0.95, 0.22],
  [9, 0.9, 7, 7.4, 8.6, 1.0, 0.2],
  [14, 0.2, 10.5, 2.5, 3.2, 1.0, 0.2],
] as const;

/** The radius, in two pieces where it is broken. */
export function radius(a: WristAnatomy, fracture: Fracture | undefined): Solid {
  const table = sections(RADIUS);
  const tilt = Math.tan((a.volarTilt * Math.PI) / 180);
  const rise = Math.tan((a.inclination * Math.PI) / 180);
  const plate = plateAt(a.growthPlate, -6.5);
  const density: Density = (x, y, z, probe) => {
    const row = table.at(y);
    const cortex = row[4]! * a.mineral;
    const around = ellipse(x - row[0]!, z - row[1]!, row[2]! * a.breadth, row[3]! * a.breadth);
    // The joint surface: tilted palmwards, rising to the styloid, hollow (a bowl of 19 mm radius), steeper at the rim.
    const joint = -tilt * (x - 2) + rise * z * 0.85 + ((x - 2) * (x - 2)) / 38 - 1.4;
    const below = (joint - y) * 0.9;
    const d = Math.min(around, below + cortex - 1.5 * a.mineral);
    return plate(layered(d, cortex, 1, row[5]! * a.mineral, probe), x, y, probe);
  };
  return {
    name: "radius",
    density: fracture ? brokenRadius(density, fracture) : density,
    low: fracture ? [-26, -190, -22] : [-15, -190, -19],
    high: fracture ? [28, 22, 22] : [15, 16, 20],
    place: identity(),
    texture: 0.3,
  };
}

/** A growth plate across a bone: cartilage between two calcified edges. */
function plateAt(width: number, height: number) {
  if (width === 0) return (density: number) => density;
  return (density: number, x: number, y: number, probe: { clear: number }) => {
    const off = Math.abs(y - height - 0.7 * Math.sin(x / 3.2)) - width / 2;
    probe.clear = Math.min(probe.clear, Math.max(0.3, Math.abs(off)));
    if (off <= -0.25) return 0;
    const edge = Math.min(1, (off + 0.25) / 0.5);
    return off < 1.3 ? edge * Math.min(1, density + (density > 0 ? 0.3 : 0)) : density;
  };
}

const ULNA = [
  [-190, -2, -15, 7.4, 7.4, 2.9, 0.03],
  [-110, -2.4, -18, 6.6, 6.6, 2.7, 0.03],
  [-60, -2.8, -21, 5.9, 5.9, 2.3, 0.04],
  [-32, -3, -23, 5.3, 5.4, 1.7, 0.07],
  [-17, -3, -23.5, 5.5, 5.9, 1.1, 0.12],
  [-8, -3, -23.6, 7.4, 7.7, 0.8, 0.17],
  [-3, -3, -23.6, 7.7, 8.0, 0.8, 0.18],
  [2, -3, -23.6, 7.2, 7.6, 0.8, 0.18],
] as const;

/** The ulna, and its styloid as a bone of its own where that is broken off. */
export function ulna(a: WristAnatomy, broken: boolean): Solid[] {
  const table = sections(ULNA);
  const end = -2.5 + a.ulnarVariance;
  const plate = plateAt(a.growthPlate, -6.5);
  const grown = a.growthPlate === 0;
  const tip: Point = [-6.8, end + 5.5, -28.6];
  const styloid = rod([-5.5, end - 3.5, -27.4], tip, 3.2, 2.0);
  const shaft: Density = (x, y, z, probe) => {
    const row = table.at(y);
    const cortex = row[4]! * a.mineral;
    const around = ellipse(x - row[0]!, z - row[1]!, row[2]! * a.breadth, row[3]! * a.breadth);
    const below = (end - y - ((x + 3) * (x + 3) + (z + 23.6) * (z + 23.6)) / 26) * 0.9;
    let d = Math.min(around, below + cortex - 1.1 * a.mineral);
    // The styloid's base stays on the ulna when its tip breaks off.
    if (grown && y > end - 8) d = blend(d, broken ? Math.min(styloid(x, y, z), end + 0.2 - y) : styloid(x, y, z), 1.2);
    return plate(layered(d, cortex, 1, row[5]! * a.mineral, probe), x, y, probe);
  };
  const solids: Solid[] = [
    { name: "ulna", density: shaft, low: [-14, -190, -35], high: [8, 8 + end, -8], place: identity(), texture: 0.14 },
  ];
  if (broken) {
    const fragment: Depth = (x, y, z) => Math.min(styloid(x, y, z), y - end - 0.4);
    solids.push({
      name: "ulnar styloid fragment",
      density: shelled(fragment, 0.7, 0.25),
      low: [-11, end - 1, -33],
      high: [-2, end + 9, -24],
      place: compose(translation(-0.5, 1.6, -1.2), about(tip, rotation("x", -14))),
      texture: 0.3,
    });
  }
  return solids;
}
