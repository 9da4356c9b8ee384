import { type Affine, about, compose, identity, type Point, rotation, translation } from "./affine.ts";
import type { Random } from "./random.ts";
import { sections } from "./sections.ts";
import { blend, type Density, type Depth, ellipse, ellipsoid, layered, rod, type Solid, shelled } from "./solid.ts";
import type { BodyPart } from "./truth.ts";
import { buildWrist } from "./wrist.ts";
import { drawWrist } from "./wrist-anatomy.ts";

/** What an image of another body part holds: enough of it to be taken for one, no more. */
export interface OtherBodyPart {
  readonly bones: readonly Solid[];
  readonly soft: readonly Solid[];
  readonly extent: { readonly width: number; readonly height: number };
  /** Typical thickness along the beam, mm. */
  readonly thickness: number;
}

export function otherBodyPart(part: Exclude<BodyPart, "wrist">, random: Random, age: number): OtherBodyPart {
  switch (part) {
    case "hand":
      return hand(random, age);
    case "ankle":
      return ankle(random);
    case "knee":
      return knee(random);
    case "chest":
      return chest(random);
  }
}

/** A hand from behind (PA): the wrist's own bones, seen flat, the fingers spread. */
function hand(random: Random, age: number): OtherBodyPart {
  const anatomy = { ...drawWrist(random, age), fingers: [2, 1, 2, 3] as const, extension: 0, thumb: 12 };
  const wrist = buildWrist(anatomy, {});
  const place = compose(translation(0, -82, 0), rotation("y", 90), translation(0, 0, 4));
  const laid = (solid: Solid): Solid => ({ ...solid, place: compose(place, solid.place) });
  return {
    bones: wrist.bones.map(laid),
    soft: [laid(wrist.soft)],
    extent: { width: random.uniform(130, 170), height: random.uniform(215, 240) },
    thickness: 24,
  };
}

interface Limb {
  readonly name: string;
  /** Columns: y, centre x and z, half widths along x and z, cortex, share of bone in the core. */
  readonly table: readonly (readonly number[])[];
  readonly texture?: number;
}

function longBone({ name, table, texture = 0.3 }: Limb): Solid {
  const rows = sections(table);
  const density: Density = (x, y, z, probe) => {
    const row = rows.at(y);
    const around = ellipse(x - row[0]!, z - row[1]!, row[2]!, row[3]!);
    return layered(Math.min(around, y - rows.first, rows.last - y), row[4]!, 1, row[5]!, probe);
  };
  const reach = (column: number, side: -1 | 1) => table.map((row) => row[column + 1]! + side * (row[column + 3]! + 1));
  return {
    name,
    density,
    low: [Math.min(...reach(0, -1)), rows.first - 1, Math.min(...reach(1, -1))],
    high: [Math.max(...reach(0, 1)), rows.last + 1, Math.max(...reach(1, 1))],
    place: identity(),
    texture,
  };
}

function lump(name: string, depth: Depth, reach: Point, place: Affine, core = 0.22): Solid {
  const low: Point = [-reach[0], -reach[1], -reach[2]];
  return { name, density: shelled(depth, 1, core), low, high: reach, place, texture: 0.14 };
}

const egg = (name: string, half: Point, place: Affine, core?: number): Solid =>
  lump(name, ellipsoid(...half), [half[0] + 1, half[1] + 1, half[2] + 1], place, core);

function flesh(depth: Depth, low: Point, high: Point, fat: number): Solid {
  const density: Density = (x, y, z, probe) => layered(depth(x, y, z), fat, 0.82, 1, probe);
  return { name: "soft tissue", density, low, high, place: identity(), texture: 0 };
}

/** An ankle from the side: x towards the toes, y up. */
function ankle(random: Random): OtherBodyPart {
  const bend = random.normal(0, 6);
  const tibia = longBone({
    name: "tibia",
    table: [
      [-2, 2, 0, 15, 17, 1, 0.25],
      [6, 1, 0, 17, 20, 1, 0.24],
      [22, -1, 0, 14, 17, 1.4, 0.15],
      [50, -2, 0, 11.5, 13, 3, 0.05],
      [170, 0, 0, 13, 13, 4.5, 0.03],
    ],
  });
  const fibula = longBone({
    name: "fibula",
    table: [
      [-24, -9, 24, 3, 4, 1, 0.2],
      [-12, -8, 24, 8, 7, 1.2, 0.2],
      [10, -9, 24, 6.5, 6, 1.5, 0.1],
      [170, -14, 24, 6, 6, 2.4, 0.05],
    ],
  });
  const foot = compose(about([0, -12, 0], rotation("z", bend)));
  const at = (x: number, y: number, z: number, turn = 0) => compose(foot, translation(x, y, z), rotation("z", turn));
  const heel: Depth = (x, y, z) =>
    blend(rod([-34, -10, 0], [6, 2, 0], 17, 12)(x, y, z), rod([6, 2, 0], [24, -6, 0], 11, 10)(x, y, z), 8);
  const metatarsals = [1, 2, 3, 4, 5].map((ray) =>
    longBone({
      name: `metatarsal ${ray}`,
      table: [
        [0, 0, 0, 8, 7, 1, 0.2],
        [20, 0, 0, 5, 5, 1.6, 0.06],
        [55, 0, 0, 5, 4.5, 1.4, 0.06],
        [66, 0, 0, 7, 6, 0.9, 0.2],
      ],
    }),
  );
  const leg = sections([
    [-60, -4, 0, 34, 34],
    [-20, -6, 0, 38, 36],
    [10, -8, 0, 36, 38],
    [60, -9, 0, 36, 38],
    [170, -14, 0, 50, 48],
  ]);
  const sole = rod([-36, -46, 0], [60, -48, 0], 26, 20);
  const toes = rod([60, -46, 0], [130, -56, 0], 22, 13);
  const body: Depth = (x, y, z) => {
    const row = leg.at(y);
    const shank = Math.min(ellipse(x - row[0]!, z - row[1]!, row[2]!, row[3]!), y + 62);
    return blend(shank, Math.max(sole(x, y, z), toes(x, y, z)), 26);
  };
  return {
    bones: [
      tibia,
      fibula,
      egg("talus", [22, 13, 17], at(6, -15, 0, -12)),
      lump("calcaneus", heel, [60, 30, 30], at(-8, -42, 0)),
      egg("navicular", [8, 14, 17], at(34, -24, -4)),
      egg("cuboid", [15, 11, 12], at(34, -42, 12)),
      egg("cuneiforms", [12, 12, 18], at(52, -32, -6)),
      ...metatarsals.map((bone, i) => ({
        ...bone,
        place: compose(at(62, -34 - i * 3, [-22, -11, 0, 12, 24][i]!), rotation("z", -104 - i * 2)),
      })),
    ],
    soft: [flesh(body, [-90, -85, -60], [160, 170, 60], 5)],
    extent: { width: random.uniform(150, 210), height: random.uniform(190, 250) },
    thickness: 72,
  };
}

/** A knee from the front: x lateral, y up. */
function knee(random: Random): OtherBodyPart {
  const femur = longBone({
    name: "femur",
    table: [
      [3, 0, 0, 36, 26, 1.2, 0.2],
      [14, 0, 0, 41, 30, 1.2, 0.2],
      [32, 0, 0, 34, 24, 1.5, 0.15],
      [60, 1, 0, 19, 17, 3.5, 0.06],
      [170, 3, 0, 14.5, 15, 5.5, 0.03],
    ],
  });
  const tibia = longBone({
    name: "tibia",
    table: [
      [-170, 3, 0, 13, 14, 5, 0.03],
      [-80, 2, 0, 15, 17, 4, 0.05],
      [-30, 0, 0, 29, 22, 1.6, 0.14],
      [-12, 0, 0, 38, 26, 1.2, 0.22],
      [-4, 0, 0, 37, 25, 1.6, 0.24],
    ],
  });
  const fibula = longBone({
    name: "fibula",
    table: [
      [-170, 34, -16, 6, 6, 2.5, 0.05],
      [-50, 36, -16, 6, 6, 2, 0.08],
      [-28, 36, -16, 10, 10, 1, 0.2],
      [-18, 36, -16, 7, 7, 1, 0.2],
    ],
  });
  const legs = sections([
    [-170, 8, -8, 52, 52],
    [-60, 5, -4, 54, 54],
    [0, 0, 0, 58, 56],
    [60, 0, 0, 64, 62],
    [170, 0, 0, 82, 80],
  ]);
  const body: Depth = (x, y, z) => {
    const row = legs.at(y);
    return ellipse(x - row[0]!, z - row[1]!, row[2]!, row[3]!);
  };
  return {
    bones: [femur, tibia, fibula, egg("patella", [22, 22, 11], translation(-1, 26, 34), 0.15)],
    soft: [flesh(body, [-90, -175, -90], [95, 175, 90], random.uniform(6, 16))],
    extent: { width: random.uniform(150, 200), height: random.uniform(220, 290) },
    thickness: 110,
  };
}

/** A chest from behind (PA): x to the patient's left, y up. */
function chest(random: Random): OtherBodyPart {
  const wide = random.normal(1, 0.06);
  const ribs: Solid[] = [];
  for (const side of [-1, 1]) {
    for (let rib = 0; rib < 10; rib++) {
      const across = (58 + Math.min(rib, 6) * 12) * wide;
      const depth = 45 + Math.min(rib, 6) * 7;
      const top = 125 - rib * 24;
      // A rib runs back from the spine, round the side and forward, ever lower.
      const points = Array.from({ length: 9 }, (_, i): Point => {
        const turn = -0.45 * Math.PI + (i / 8) * 0.95 * Math.PI;
        return [
          side * (12 + across * Math.cos(turn)),
          top - i * 7.5 - (i > 4 ? (i - 4) * 3 : 0),
          depth * Math.sin(turn),
        ];
      });
      const rods = points.slice(1).map((to, i) => rod(points[i]!, to, 4.6, 4.6));
      for (const [i, one] of rods.entries()) {
        const ends = [points[i]!, points[i + 1]!];
        ribs.push({
          name: "rib",
          density: shelled(one, 0.9, 0.1),
          low: [0, 1, 2].map((k) => Math.min(...ends.map((p) => p[k]!)) - 6) as unknown as Point,
          high: [0, 1, 2].map((k) => Math.max(...ends.map((p) => p[k]!)) + 6) as unknown as Point,
          place: identity(),
          texture: 0.3,
        });
      }
    }
  }
  const spine: Solid[] = Array.from({ length: 15 }, (_, i) =>
    egg("vertebra", [17, 10.5, 17], translation(0, 150 - i * 23, -50), 0.2),
  );
  const clavicles: Solid[] = [-1, 1].map((side) => {
    const depth = rod([side * 14, 118, 45], [side * 140, 150, 0], 7, 6);
    return {
      name: "clavicle",
      density: shelled(depth, 1.6, 0.1),
      low: [side < 0 ? -150 : 5, 105, -10],
      high: [side < 0 ? -5 : 150, 162, 56],
      place: identity(),
      texture: 0.3,
    };
  });
  const lung = (side: number): Depth => {
    const main = ellipsoid(62 * wide, 125, 75);
    return (x, y, z) => Math.min(main(x - side * 72 * wide, y - 5, z), y + 105 - 0.004 * (x - side * 70) ** 2);
  };
  const lungs = [lung(-1), lung(1)];
  const heart = ellipsoid(62, 58, 50);
  const trunk = sections([
    [-190, 0, 0, 150 * wide, 100],
    [-60, 0, 0, 155 * wide, 108],
    [60, 0, 0, 160 * wide, 105],
    [130, 0, 0, 175 * wide, 85],
    [165, 0, 0, 120 * wide, 70],
    [200, 0, 0, 62, 60],
  ]);
  const density: Density = (x, y, z, probe) => {
    const row = trunk.at(y);
    const d = ellipse(x, z, row[2]!, row[3]!);
    const value = layered(d, 14, 0.85, 1, probe);
    const air = Math.max(lungs[0]!(x, y, z), lungs[1]!(x, y, z));
    const inHeart = heart(x - 28, y + 42, z - 22);
    probe.clear = Math.min(probe.clear, Math.abs(air), Math.abs(inHeart)) * 0.7;
    const vessels = 0.23 + 0.07 * Math.sin(x * 0.11 + y * 0.05) * Math.sin(y * 0.13 - x * 0.04);
    return air > 0 && inHeart < 0 ? vessels : value;
  };
  return {
    bones: [...ribs, ...spine, ...clavicles],
    soft: [{ name: "trunk", density, low: [-190, -190, -115], high: [190, 200, 115], place: identity(), texture: 0 }],
    extent: { width: random.uniform(330, 380), height: random.uniform(340, 390) },
    thickness: 130,
  };
}
