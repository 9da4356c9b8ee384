import { drawAnnotation } from "./annotation.ts";
import { type Collimation, expose, insideCollimation } from "./beam.ts";
import { fieldOf, resized } from "./field.ts";
import { drawFracture } from "./fracture.ts";
import { noiseTile, sampleTile } from "./noise-tile.ts";
import { present } from "./presentation.ts";
import { type Grid, noThickness, project } from "./projection.ts";
import { randomFor } from "./random.ts";
import { drawScene, type Scene } from "./scene.ts";
import { drawTechnique, type Technique } from "./technique.ts";
import type { BodyPart, Exclusion, FractureWish, Truth } from "./truth.ts";

export interface RadiographOptions {
  /** Everything that is not given is drawn from it. */
  seed: number;
  /** No fracture unless asked for; `true` draws one. */
  fracture?: boolean | FractureWish;
  /** Makes what must be excluded; a lateral wrist unless asked for. */
  exclusion?: Exclusion;
  /** Which body part an "other-body-part" shows. */
  bodyPart?: Exclude<BodyPart, "wrist">;
  laterality?: "L" | "R";
  /** Years. */
  age?: number;
  /** The radiographer's flag; none unless asked for. */
  redSpot?: boolean;
  /** Pixels; one of a department's matrices unless given. */
  matrix?: { rows: number; columns: number };
  bitsStored?: number;
  photometric?: "MONOCHROME1" | "MONOCHROME2";
  /** As read out, for processing elsewhere: logarithm of the exposure, nothing enhanced, masked or burnt in. */
  raw?: boolean;
  /** The wrist from the front (PA) rather than from the side, where the exclusion does not say so already. */
  frontal?: boolean;
  /** Which exposure of the study: same wrist, new pose, new exposure. */
  exposure?: number;
}

/** A radiograph as a modality stores it. */
export interface Radiograph {
  /** Stored values, row by row. */
  pixels: Uint16Array;
  rows: number;
  columns: number;
  /** Significant bits, 10 to 15, the high bit being the last of them. */
  bitsStored: number;
  photometric: "MONOCHROME1" | "MONOCHROME2";
  /** Distance between pixel centres, mm. */
  pixelSpacing: number;
  windowCenter: number;
  windowWidth: number;
  technique: Technique;
  /** Whether the palm is on the right of the image, and whether the fingers point down. */
  palmRight: boolean;
  upsideDown: boolean;
  truth: Truth;
}

const TRABECULAE = noiseTile("trabeculae", 256, 0.9, 2.6);

/** The trabecular pattern along a bone, and its coarser unevenness. */
const pattern = (x: number, y: number, z: number) =>
  sampleTile(TRABECULAE, (x + 0.8 * z) * 2.5 + 60, y * 2.5) +
  0.6 * sampleTile(TRABECULAE, (x - 0.5 * z) * 0.7, y * 0.9 + 17);

/** Makes a radiograph: the same options give the same pixels. */
export function renderRadiograph(options: RadiographOptions): Radiograph {
  const { seed } = options;
  const exposure = options.exposure ?? 0;
  const wish = options.fracture ?? false;
  const fracture = wish === false ? undefined : drawFracture(wish === true ? {} : wish, randomFor(seed, "fracture"));
  const scene = drawScene(options, fracture);
  const technique = drawTechnique(options, scene, exposure);
  const grid = gridFor(scene, technique);
  const { bone, soft } = thicknesses(scene, grid, technique.beam.collimation);
  const reached = expose(grid, bone, soft, technique.beam);
  const annotation = drawAnnotation(options, scene, technique, randomFor(seed, "annotation", exposure));
  const pixels = present(reached, grid.pitch, technique, annotation, randomFor(seed, "grain", exposure));
  const range = 2 ** technique.bitsStored;
  return {
    pixels,
    rows: technique.rows,
    columns: technique.columns,
    bitsStored: technique.bitsStored,
    photometric: technique.photometric,
    pixelSpacing: technique.pixelSpacing,
    windowCenter: Math.round(range * technique.window.center),
    windowWidth: Math.round(range * technique.window.width),
    technique,
    palmRight: scene.palmRight,
    upsideDown: scene.upsideDown,
    truth: scene.truth(technique, annotation.redSpot),
  };
}

/**
 * Beam paths much closer together than pixels gain nothing; further apart than half a millimetre they lose the cortex,
 * which a trunk can do without.
 */
function gridFor({ bodyPart }: Scene, technique: Technique): Grid {
  const finest = bodyPart === "chest" ? 0.9 : technique.rows < 1600 ? 0.5 : 0.4;
  const pitch = Math.max(finest, Math.min(2.5, technique.pixelSpacing));
  const width = technique.columns * technique.pixelSpacing;
  const height = technique.rows * technique.pixelSpacing;
  return { columns: Math.round(width / pitch), rows: Math.round(height / pitch), pitch };
}

/** The soft tissue is smooth: one beam path in so many each way is enough for it, fewer where the skin is seen closely. */
const softCell = ({ pitch }: Grid) => (pitch < 0.5 ? 2 : 3);

function thicknesses(scene: Scene, grid: Grid, collimation: Collimation): { bone: Float32Array; soft: Float32Array } {
  const inside = insideCollimation(collimation);
  const lit = (x: number, y: number) => inside(x, y) > -4;
  const bones = noThickness(grid);
  for (const bone of scene.bones) project(bone, scene.pose, grid, bones, lit, bone.texture > 0 ? pattern : undefined);
  const cell = softCell(grid);
  const coarse: Grid = {
    columns: Math.ceil(grid.columns / cell),
    rows: Math.ceil(grid.rows / cell),
    pitch: grid.pitch * cell,
  };
  const flesh = noThickness(coarse);
  for (const part of scene.soft) project(part, scene.pose, coarse, flesh, lit);
  const skin = resized({ ...coarse, values: flesh.material }, coarse.columns * cell, coarse.rows * cell);
  const plaster = noThickness(grid);
  for (const part of scene.plaster) project(part, scene.pose, grid, plaster, lit, pattern);
  const bone = fieldOf(grid.columns, grid.rows).values;
  const soft = fieldOf(grid.columns, grid.rows).values;
  // The coarse grid covers the fine one and a little more, about the same centre.
  const left = (skin.columns - grid.columns) >> 1;
  const top = (skin.rows - grid.rows) >> 1;
  for (let i = 0; i < bone.length; i++) {
    const row = Math.floor(i / grid.columns);
    const flesh = skin.values[(row + top) * skin.columns + (i - row * grid.columns) + left]!;
    // Gypsum attenuates about two fifths as much as cortical bone; what bone takes up is not soft tissue.
    bone[i] = bones.material[i]! + 0.4 * plaster.material[i]!;
    soft[i] = Math.max(0, flesh - bones.room[i]!) + (bones.room[i]! - bones.material[i]!) * 0.9;
  }
  return { bone, soft };
}
