import { type Affine, about, compose, identity, invert, type Point, rotation, translation } from "./affine.ts";
import { brokenRadius, type Fracture, handShift } from "./fracture.ts";
import type { Random } from "./random.ts";
import { sections } from "./sections.ts";
import { blend, type Density, type Depth, ellipse, ellipsoid, layered, rod, type Solid, shelled } from "./solid.ts";

/**
 * A wrist's own measures. Its frame, in mm of an average adult: x towards the palm, y towards the fingers, z towards
 * the thumb; the origin is the middle of the radius's joint surface. Ranges: Medoff, Hand Clin 21 (2005) 279, for the
 * distal radius; widths and lengths are those of average adult bones.
 */
export interface WristAnatomy {
  /** How far the radius's joint surface looks palmwards, degrees (mean 11). */
  readonly volarTilt: number;
  /** How far it rises towards the radial styloid, degrees (mean 23). */
  readonly inclination: number;
  /** How much longer the ulna is than the radius, mm. */
  readonly ulnarVariance: number;
  /** Bending of the hand against the forearm, degrees; extension positive. */
  readonly extension: number;
  /** Deviation of the hand towards the thumb, degrees. */
  readonly deviation: number;
  /** Thickness of cortices and density of trabecular bone, 1 as at 30 years. */
  readonly mineral: number;
  /** How stout bones are, and how stout the soft tissue is. */
  readonly breadth: number;
  readonly flesh: number;
  /** Thickness of the fat below the skin, mm. */
  readonly fat: number;
  /** Swelling of the soft tissue about the wrist, mm: sprains swell too. */
  readonly swelling: number;
  /** How far thumb and fingers are bent, degrees. */
  readonly thumb: number;
  readonly fingers: readonly [number, number, number, number];
  /** Open growth plates: their width, mm; 0 when fused. */
  readonly growthPlate: number;
  /** Small differences between one bone and the next. */
  readonly quirks: readonly number[];
}

export function drawWrist(random: Random, age: number): WristAnatomy {
  const grown = age >= 17;
  const mineral = Math.max(0.5, 1.05 - Math.max(0, age - 40) * 0.008 + random.normal(0, 0.1));
  return {
    volarTilt: random.normal(11, 3.5),
    inclination: random.normal(22, 3),
    ulnarVariance: random.normal(-0.3, 1.3),
    extension: random.normal(3, 8),
    deviation: random.normal(0, 5),
    mineral: grown ? mineral : random.uniform(0.7, 0.95),
    breadth: random.normal(1, 0.05),
    flesh: random.normal(1, 0.1),
    fat: random.uniform(2.5, 7),
    swelling: random.chance(0.5) ? random.uniform(0, 5) : 0,
    thumb: random.uniform(18, 48),
    fingers: [random.normal(4, 6), random.normal(6, 6), random.normal(9, 7), random.normal(13, 8)],
    growthPlate: grown ? 0 : random.uniform(1.2, 2.6),
    quirks: Array.from({ length: 48 }, () => random.normal(0, 1)),
  };
}

/** Which parts of the wrist have come to harm, or are covered. */
export interface WristState {
  readonly fracture?: Fracture;
  readonly cast?: Cast;
}

export interface Cast {
  /** Plaster on the dorsal side alone, or all round. */
  readonly kind: "slab" | "full";
  readonly thickness: number;
}

export const drawCast = (random: Random): Cast => ({
  kind: random.weighted([[0.5, "slab"] as const, [0.5, "full"] as const]),
  thickness: random.uniform(3.5, 7),
});

/** The solids of a wrist: bones, soft tissue, and what lies around it. */
export interface Wrist {
  readonly bones: readonly Solid[];
  readonly soft: Solid;
  readonly plaster?: Solid;
}

/** The midcarpal joint, about which the hand moves. */
const MIDCARPAL: Point = [0, 14, -2];

export function buildWrist(anatomy: WristAnatomy, { fracture, cast }: WristState): Wrist {
  const follow = fracture ? handShift(fracture) : identity();
  const hand = compose(
    follow,
    about(MIDCARPAL, compose(rotation("z", anatomy.extension), rotation("x", anatomy.deviation))),
  );
  const proximalRow = compose(
    follow,
    about([0, 4, 0], compose(rotation("z", anatomy.extension * 0.45), rotation("x", anatomy.deviation * 0.5))),
  );
  const soft = softTissue(anatomy, hand);
  return {
    bones: [
      radius(anatomy, fracture),
      ...ulna(anatomy, fracture?.truth.ulnarStyloid ?? false),
      ...carpus(anatomy, proximalRow, hand),
      ...metacarpus(anatomy, hand),
    ],
    soft,
    ...(cast ? { plaster: plaster(soft, cast) } : {}),
  };
}

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

function radius(a: WristAnatomy, fracture: Fracture | undefined): Solid {
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
    texture: 0.16,
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

function ulna(a: WristAnatomy, broken: boolean): Solid[] {
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
    const below = (end - y - ((x + 3) * (x + 3)) / 60) * 0.95;
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
      texture: 0.1,
    });
  }
  return solids;
}

interface CarpalBone {
  readonly name: string;
  readonly centre: Point;
  readonly half: Point;
  readonly turn?: readonly ["x" | "y" | "z", number];
  /** A ball taken out of it: centre in the bone's own frame, and radius. */
  readonly hollow?: readonly [Point, number];
  readonly row: "proximal" | "distal";
}

const CARPUS: readonly CarpalBone[] = [
  { name: "scaphoid", centre: [3, 13.5, 8], half: [6.4, 13, 6.8], turn: ["z", -42], row: "proximal" },
  { name: "lunate", centre: [0.3, 6.2, -6.5], half: [9.4, 8.6, 7.5], hollow: [[0.6, 11.5, 2], 9], row: "proximal" },
  { name: "triquetrum", centre: [-2, 10, -18.5], half: [6.8, 7.4, 6.2], turn: ["x", 20], row: "proximal" },
  { name: "pisiform", centre: [10.5, 10, -19.5], half: [4.6, 6.2, 4.8], row: "proximal" },
  { name: "trapezium", centre: [7.5, 25.5, 16.5], half: [7.8, 7.4, 8.2], turn: ["z", -25], row: "distal" },
  { name: "trapezoid", centre: [-2.5, 25.5, 9.5], half: [8.2, 6.4, 5.4], row: "distal" },
  { name: "hamate", centre: [-2, 22, -14], half: [8, 9.6, 7], turn: ["x", 18], row: "distal" },
];

function carpus(a: WristAnatomy, proximal: Affine, distal: Affine): Solid[] {
  const small = a.growthPlate === 0 ? 1 : 0.78;
  const bones = CARPUS.map((bone, i): Solid => {
    const half = bone.half.map(
      (value, axis) => value * small * (1 + 0.05 * a.quirks[i * 3 + axis]!),
    ) as unknown as Point;
    const round = ellipsoid(half[0], half[1], half[2]);
    const wobble = a.quirks[i + 24]!;
    const uneven: Depth = (x, y, z) =>
      round(x, y, z) + 0.45 * Math.sin(0.55 * x + wobble) * Math.sin(0.5 * y - wobble) * Math.cos(0.5 * z);
    const ball = bone.hollow;
    const depth: Depth = ball
      ? (x, y, z) => {
          const [[bx, by, bz], r] = ball;
          const away = Math.sqrt((x - bx) ** 2 + (y - by) ** 2 + (z - bz) ** 2) - r;
          return Math.min(uneven(x, y, z), away);
        }
      : uneven;
    return {
      name: bone.name,
      density: shelled(depth, 0.85 * a.mineral, 0.24 * a.mineral),
      low: [-half[0] - 1, -half[1] - 1, -half[2] - 1],
      high: [half[0] + 1, half[1] + 1, half[2] + 1],
      place: compose(
        bone.row === "proximal" ? proximal : distal,
        translation(...bone.centre),
        bone.turn ? rotation(...bone.turn) : identity(),
      ),
      texture: 0.14,
    };
  });
  const head = rod([0.6, 17.2, -2.5], [-0.6, 23, -2], 6.6 * small, 5.6 * small);
  const base = ellipsoid(8.6 * small, 6.5 * small, 7.2 * small);
  const capitate: Depth = (x, y, z) => blend(head(x, y, z), base(x + 0.8, y - 28, z + 2), 4);
  const hook = rod([3, 24, -14], [13.5, 25.5, -13], 3.2 * small, 2.6 * small);
  return [
    ...bones,
    {
      name: "capitate",
      density: shelled(capitate, 0.9 * a.mineral, 0.24 * a.mineral),
      low: [-12, 9, -12],
      high: [10, 36, 8],
      place: distal,
      texture: 0.14,
    },
    {
      name: "hook of hamate",
      density: shelled(hook, 0.8 * a.mineral, 0.25 * a.mineral),
      low: [-1, 20, -18],
      high: [17, 30, -9],
      place: distal,
      texture: 0.1,
    },
  ];
}

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
export function tubularBone(name: string, length: number, breadth: number, mineral: number, place: Affine): Solid {
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

function metacarpus(a: WristAnatomy, hand: Affine): Solid[] {
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

function thumbFrames(a: WristAnatomy, hand: Affine): [Affine, Affine, Affine] {
  const first = compose(hand, translation(12, 31.5, 19.5), rotation("x", 10), bend(a.thumb));
  const second = compose(first, translation(0, 45.5, 0), bend(-6 + a.thumb * 0.1));
  return [first, second, compose(second, translation(0, 32.5, 0), bend(6))];
}

// Columns: y, centre x and z, half widths along x and z.
const FOREARM = [
  [-190, 3, -5, 38, 42],
  [-120, 3, -6, 32, 37],
  [-70, 2.5, -8, 26, 32],
  [-35, 2, -9.5, 21.5, 30],
  [-12, 1.5, -10, 20, 29.5],
  [6, 1.5, -9, 19.5, 29.5],
  [24, 2, -8, 18, 29],
] as const;

const PALM = [
  [-14, 1.5, -9, 17, 27],
  [4, 1.8, -8, 18.5, 29],
  [22, 4, -4, 18, 34],
  [42, 5, -2, 17.5, 38],
  [66, 3.2, -2, 15.5, 41],
  [88, 1.2, -2, 13, 41],
  [108, 0.6, -2, 9.5, 40],
] as const;

function softTissue(a: WristAnatomy, hand: Affine): Solid {
  const forearm = sections(FOREARM);
  const palm = sections(PALM);
  const back = invert(hand);
  const thumb = thumbFrames(a, identity());
  const points = thumb.map((frame): Point => [frame[3]!, frame[7]!, frame[11]!]);
  const tipFrame = compose(thumb[2], translation(0, 25, 0));
  const tip: Point = [tipFrame[3]!, tipFrame[7]!, tipFrame[11]!];
  const ball = rod([8, 26, 14], points[1]!, 15 * a.flesh, 12);
  const phalanges = rod(points[1]!, points[2]!, 12, 10.5);
  const end = rod(points[2]!, tip, 10.5, 8);
  const fingers = fingerFlesh(a);
  const density: Density = (x, y, z, probe) => {
    const row = forearm.at(y);
    const swell = a.swelling * Math.exp(-((y / 32) ** 2));
    let d = Math.min(
      ellipse(x - row[0]!, z - row[1]!, row[2]! * a.flesh + swell + a.fat * 0.4, row[3]! * a.flesh + a.fat * 0.4),
      24 - y,
    );
    if (y > -30) {
      const u = back[0]! * x + back[1]! * y + back[2]! * z + back[3]!;
      const v = back[4]! * x + back[5]! * y + back[6]! * z + back[7]!;
      const w = back[8]! * x + back[9]! * y + back[10]! * z + back[11]!;
      const p = palm.at(v);
      const inPalm = Math.min(
        ellipse(u - p[0]!, w - p[1]!, p[2]! * a.flesh + swell * 0.6 + a.fat * 0.2, p[3]! * a.flesh),
        108 - v,
        v + 14,
      );
      d = blend(d, inPalm, 14);
      d = blend(d, Math.max(ball(u, v, w), phalanges(u, v, w), end(u, v, w)), 9);
      if (v > 80) d = blend(d, fingers(u, v, w), 5);
    }
    const value = layered(d - 1.4, a.fat, FAT, 1, probe);
    // The skin itself is as dense as muscle.
    probe.clear = Math.min(probe.clear, Math.abs(d));
    if (d <= -0.3) {
      probe.inside = 0;
      return 0;
    }
    probe.inside = Math.min(1, (d + 0.3) / 0.6);
    return d < 1.4 ? probe.inside : value;
  };
  return { name: "soft tissue", density, low: [-70, -190, -60], high: [120, 215, 70], place: identity(), texture: 0 };
}

/** Attenuation of fat beside that of muscle at about 40 keV (ICRU-44 adipose tissue and soft tissue, NIST XCOM). */
const FAT = 0.8;

function fingerFlesh(a: WristAnatomy): Depth {
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

/** Plaster of Paris over padding, along forearm and palm. */
function plaster(soft: Solid, cast: Cast): Solid {
  const padding = 4;
  const density: Density = (x, y, z, probe) => {
    soft.density(x, y, z, probe);
    const outside = probe.inside > 0 ? 0 : probe.clear;
    const d = Math.min(outside - padding, padding + cast.thickness - outside, 78 - y);
    const kept = cast.kind === "full" ? d : Math.min(d, -2 - x + 0.02 * y);
    return layered(kept, 1, 1, 0.92, probe);
  };
  return { name: "plaster", density, low: [-60, -190, -75], high: [80, 80, 75], place: identity(), texture: 0.25 };
}

/** An average wrist is about this much bigger or smaller: men, women, children. */
export const bodySize = (random: Random, age: number) =>
  age >= 17 ? random.normal(1, 0.06) : random.normal(0.55 + 0.026 * age, 0.03);
