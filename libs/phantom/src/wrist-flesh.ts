import { type Affine, compose, identity, invert, type Point, translation } from "./affine.ts";
import { fingerFlesh, thumbFrames } from "./hand-rays.ts";
import { sections } from "./sections.ts";
import { blend, type Density, ellipse, layered, type Probe, rod, type Solid } from "./solid.ts";
import type { WristAnatomy } from "./wrist-anatomy.ts";

// Columns: y, centre x and z, half widths along x and z.
const LIMB = [
  [-190, 3, -5, 38, 42],
  [-120, 3, -6, 31, 37],
  [-70, 2.5, -8, 25.5, 32],
  [-35, 2, -9.5, 21.5, 30],
  [-10, 1.6, -9.5, 19.5, 29],
  [8, 2.2, -8, 18.8, 29.5],
  [24, 3.6, -4.5, 18.2, 34],
  [42, 4.4, -2, 17.2, 38],
  [66, 3, -2, 15.2, 41],
  [88, 1, -2, 12.5, 41],
  [108, 0.4, -2, 9, 40],
] as const;

/**
 * Skin, fat and muscle of forearm and hand: one tube, bent at the wrist, with thumb and fingers grown on. Its own
 * attenuation is relative to muscle.
 */
export function softTissue(a: WristAnatomy, hand: Affine): Solid {
  const limb = sections(LIMB);
  const back = invert(hand);
  const thumb = thumbFrames(a, identity());
  const points = thumb.map((frame): Point => [frame[3]!, frame[7]!, frame[11]!]);
  const tipFrame = compose(thumb[2], translation(0, 25, 0));
  const tip: Point = [tipFrame[3]!, tipFrame[7]!, tipFrame[11]!];
  const ball = rod([8, 24, 12], points[1]!, 14 * a.flesh, 11.5);
  const phalanges = rod(points[1]!, points[2]!, 11.5, 10.2);
  const end = rod(points[2]!, tip, 10.2, 8);
  const fingers = fingerFlesh(a);
  const density: Density = (x, y, z, probe) => {
    let u = x;
    let v = y;
    let w = z;
    if (y > -28) {
      // The limb bends over some length about the wrist, skin and all.
      const t = Math.min(1, (y + 28) / 50);
      const bent = t * t * (3 - 2 * t);
      u += bent * (back[0]! * x + back[1]! * y + back[2]! * z + back[3]! - x);
      v += bent * (back[4]! * x + back[5]! * y + back[6]! * z + back[7]! - y);
      w += bent * (back[8]! * x + back[9]! * y + back[10]! * z + back[11]! - z);
    }
    const row = limb.at(v);
    const plump = (0.12 + 0.33 / (1 + Math.exp((v - 25) / 9))) * a.fat + a.swelling * Math.exp(-((v / 34) ** 2));
    let d = ellipse(u - row[0]!, w - row[1]!, row[2]! * a.flesh + plump, row[3]! * a.flesh + plump * 0.6);
    if (v > 90) d = Math.min(d, (112 - v) * 0.8);
    if (v > -14) d = blend(d, Math.max(ball(u, v, w), phalanges(u, v, w), end(u, v, w)), 9);
    if (v > 70) d = blend(d, fingers(u, v, w), 6);
    return fleshAt(d, a.fat, probe);
  };
  return { name: "soft tissue", density, low: [-70, -190, -60], high: [120, 215, 70], place: identity(), texture: 0 };
}

/** Attenuation of fat beside that of muscle at about 40 keV (ICRU-44 adipose tissue and soft tissue, NIST XCOM). */
const FAT = 0.8;

/** How thick skin is, mm; it attenuates as muscle does. */
const SKIN = 1.4;

function fleshAt(d: number, fat: number, probe: Probe): number {
  const value = layered(d - SKIN, fat, FAT, 1, probe);
  probe.clear = Math.min(probe.clear, Math.abs(d));
  probe.core = 0;
  if (d <= -0.3) {
    probe.inside = 0;
    return 0;
  }
  probe.inside = Math.min(1, (d + 0.3) / 0.6);
  return d < SKIN ? probe.inside : value;
}
