import { type Affine, apply, compose, rotation, scaling, translation } from "./affine.ts";
import type { Fracture } from "./fracture.ts";
import { otherBodyPart } from "./other-body-parts.ts";
import { drawCast } from "./plaster.ts";
import type { RadiographOptions } from "./radiograph.ts";
import { type Random, randomFor } from "./random.ts";
import type { Solid } from "./solid.ts";
import type { Technique } from "./technique.ts";
import type { BodyPart, Exclusion, Truth } from "./truth.ts";
import { buildWrist } from "./wrist.ts";
import { bodySize, drawWrist } from "./wrist-anatomy.ts";

/** What lies on the detector, and how. */
export interface Scene {
  readonly bones: readonly Solid[];
  readonly soft: readonly Solid[];
  readonly plaster: readonly Solid[];
  /** From the patient's frame to the detector's. */
  readonly pose: Affine;
  /** What the radiographer collimates to, mm about the middle of the detector. */
  readonly extent: { readonly width: number; readonly height: number };
  readonly bodyPart: BodyPart;
  /** Typical thickness of the part along the beam, mm of soft tissue. */
  readonly thickness: number;
  readonly laterality: "L" | "R";
  readonly age: number;
  /** A wrist from the front. */
  readonly frontal: boolean;
  /** Whether the palm is on the right of the image. */
  readonly palmRight: boolean;
  /** Whether the fingers are down. */
  readonly upsideDown: boolean;
  readonly truth: (technique: Technique, redSpot: boolean) => Truth;
}

/** Draws the patient and how the patient is laid. The fracture changes the bones it breaks, and nothing else. */
export function drawScene(options: RadiographOptions, fracture: Fracture | undefined): Scene {
  const { seed, exclusion } = options;
  const exposure = options.exposure ?? 0;
  const patient = randomFor(seed, "patient");
  const drawnAge = patient.weighted([
    [0.35, patient.integer(18, 45)],
    [0.65, patient.integer(46, 92)],
  ]);
  const drawnSide = patient.pick(["L", "R"] as const);
  const child = patient.integer(5, 14);
  const age = options.age ?? (exclusion === "open-growth-plates" ? child : drawnAge);
  const laterality = options.laterality ?? drawnSide;
  const laying = randomFor(seed, "pose", exposure);
  if (exclusion === "other-body-part") return otherScene(options, age, laterality, laying);

  const anatomy = drawWrist(randomFor(seed, "wrist"), age);
  const cast = exclusion === "cast" ? drawCast(randomFor(seed, "cast")) : undefined;
  const wrist = buildWrist(anatomy, { ...(fracture ? { fracture } : {}), ...(cast ? { cast } : {}) });
  const size = bodySize(randomFor(seed, "size"), age);
  const frontal = exclusion === "ap-view" || (options.frontal ?? false);
  const upsideDown = laying.chance(0.05);
  // Lateral wrists are laid on the ulnar side: which way the palm looks is the side's, with exceptions.
  const palmRight = (laterality === "L") !== laying.chance(0.06);
  const roll = laying.normal(0, 4.5) + (frontal ? 90 : 0);
  const pose = compose(
    translation(laying.normal(0, 5), laying.normal(-4, 9), 0),
    rotation("z", laying.normal(0, 5) + (upsideDown ? 180 : 0)),
    scaling((palmRight ? 1 : -1) * size, size, size),
    translation(0, frontal ? 2 : 4, 0),
    rotation("x", laying.normal(0, 2.5)),
    rotation("y", roll),
    translation(frontal ? 0 : -2, 0, 8),
  );
  return {
    bones: wrist.bones,
    soft: [wrist.soft],
    plaster: wrist.plaster ? [wrist.plaster] : [],
    pose,
    extent: {
      width: (frontal ? laying.uniform(95, 140) : laying.uniform(78, 135)) * size,
      height: laying.uniform(138, 205) * size,
    },
    bodyPart: "wrist",
    thickness: (frontal ? 34 : 55) * size * anatomy.flesh,
    laterality,
    age,
    frontal,
    palmRight,
    upsideDown,
    truth: (technique, redSpot) => ({
      kind: frontal ? "ap-wrist" : "lateral-wrist",
      bodyPart: "wrist",
      fracture: fracture?.truth ?? false,
      ...verdict(exclusion),
      laterality,
      redSpot,
      age,
      region: regionOf(pose, technique),
    }),
  };
}

const verdict = (exclusion: Exclusion | undefined) =>
  exclusion === undefined ? { eligible: true } : { eligible: false, exclusion };

/** The box in the matrix about the distal 45 mm of radius and ulna. */
function regionOf(pose: Affine, { rows, columns, pixelSpacing }: Technique) {
  const corners = [-16, 16].flatMap((x) =>
    [-45, 12].flatMap((y) => [-34, 18].map((z) => apply(pose, [x, y, z] as const))),
  );
  const xs = corners.map(([x]) => x / pixelSpacing + columns / 2);
  const ys = corners.map(([, y]) => rows / 2 - y / pixelSpacing);
  const x = Math.max(0, Math.floor(Math.min(...xs)));
  const y = Math.max(0, Math.floor(Math.min(...ys)));
  return {
    x,
    y,
    width: Math.min(columns, Math.ceil(Math.max(...xs))) - x,
    height: Math.min(rows, Math.ceil(Math.max(...ys))) - y,
  };
}

function otherScene(options: RadiographOptions, age: number, laterality: "L" | "R", laying: Random): Scene {
  const drawn = laying.pick(["hand", "ankle", "knee", "chest"] as const);
  const bodyPart = options.bodyPart ?? drawn;
  const part = otherBodyPart(bodyPart, randomFor(options.seed, "other"), age);
  // A chest has no side, and its heart is on the left.
  const side = laterality === "L" || bodyPart === "chest" ? 1 : -1;
  return {
    bones: part.bones,
    soft: part.soft,
    plaster: [],
    pose: compose(
      translation(laying.normal(0, 4), laying.normal(0, 6), 0),
      rotation("z", laying.normal(0, 3)),
      scaling(side, 1, 1),
    ),
    extent: part.extent,
    bodyPart,
    thickness: part.thickness,
    laterality,
    age,
    frontal: false,
    palmRight: side === 1,
    upsideDown: false,
    truth: (_, redSpot) => ({
      kind: "other-body-part",
      bodyPart,
      fracture: false,
      eligible: false,
      exclusion: "other-body-part",
      laterality,
      redSpot,
      age,
    }),
  };
}
