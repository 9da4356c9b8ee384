import { type Affine, compose, identity, type Point, rotation, translation } from "./affine.ts";
import { blend, type Depth, ellipsoid, rod, type Solid, shelled } from "./solid.ts";
import type { WristAnatomy } from "./wrist-anatomy.ts";

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
  { name: "pisiform", centre: [9, 9.5, -19.5], half: [4.6, 5.8, 4.8], row: "proximal" },
  { name: "trapezium", centre: [7.5, 25.5, 16.5], half: [7.8, 7.4, 8.2], turn: ["z", -25], row: "distal" },
  { name: "trapezoid", centre: [-2.5, 25.5, 9.5], half: [8.2, 6.4, 5.4], row: "distal" },
  { name: "hamate", centre: [-2, 22, -14], half: [8, 9.6, 7], turn: ["x", 18], row: "distal" },
];

/** The eight carpal bones; the proximal row moves half as far as the distal one. */
export function carpus(a: WristAnatomy, proximal: Affine, distal: Affine): Solid[] {
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
      texture: 0.3,
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
      texture: 0.3,
    },
    {
      name: "hook of hamate",
      density: shelled(hook, 0.8 * a.mineral, 0.25 * a.mineral),
      low: [-1, 20, -18],
      high: [17, 30, -9],
      place: distal,
      texture: 0.3,
    },
  ];
}
