import type { Part10 } from "@redspot/dicom";
import { removeAnnotation } from "./clean/annotation.ts";
import { findBurntIn } from "./clean/burnt-in.ts";
import { distributionOf } from "./clean/distribution.ts";
import { type Lattice, sampleLattice } from "./clean/lattice.ts";
import { findOpenField } from "./clean/open-field.ts";
import { bothOpen, polygonSpans, type Spans } from "./clean/polygon.ts";
import { readShutter } from "./clean/shutter.ts";
import { openLattice, surroundingsOf } from "./clean/surroundings.ts";
import { decodeFrame } from "./decode/decode.ts";
import type { StoredFrame } from "./decode/stored-frame.ts";
import { greyTable } from "./grey/grey-table.ts";
import { readModality } from "./grey/modality.ts";
import { isInverted } from "./grey/presentation.ts";
import { storedValueOf } from "./grey/stored-values.ts";
import { chooseVoi, type VoiChoice } from "./grey/voi.ts";
import { type ImagePixel, readImagePixel } from "./image-pixel.ts";
import { averageAreas, type Box, type Grid } from "./resample/area-average.ts";

/**
 * The version of everything between pixel data and model input: the order of the stages, the choice of window and its
 * percentiles, what counts as annotation and how it is filled, the resampling and the place of the image in the square.
 * A head trained on one version must not be fed with another, so the model package and every report carry it, and any
 * change that moves a model input by more than rounding changes it.
 */
export const PREPROCESSING_VERSION = "1";

/** Height and width of Inception v3's input. */
export const INPUT_SIZE = 299;

/** What the network sees of an instance, and what was done to get there. */
export interface ModelInput {
  size: typeof INPUT_SIZE;
  /** 299 x 299 greys, 0 to 1, row by row, bone bright; black around the field where it is not square. */
  pixels: Float32Array;
  facts: ModelInputFacts;
}

export interface ModelInputFacts {
  /** Which VOI transformation was applied (PS3.3 C.11.2). */
  window: VoiChoice;
  /** How many of the 299 x 299 pixels were annotation and have been filled. */
  annotationPixelsRemoved: number;
  /** How often the decoder halved the image: 0, or up to 2 for JPEG 2000 and HTJ2K. */
  decodedReduction: 0 | 1 | 2;
  /** The part of the image that was exposed and not shuttered, in its own pixels: all that the network sees of it. */
  field: Box;
  /** Where in the square that part lies, in pixels of the square. */
  content: Box;
}

/**
 * Turns an instance's pixel data into model input: decode, modality LUT, open field, VOI LUT, inversion, resampling,
 * annotation removal. One implementation for training and serving. Throws PixelError.
 */
export async function toModelInput(part10: Part10): Promise<ModelInput> {
  const { dataSet } = part10;
  const image = readImagePixel(dataSet);
  const storedOf = storedValueOf(image);
  const modality = readModality(dataSet, image);
  const inverted = isInverted(dataSet, image);
  const brightness = inverted ? -1 : 1;
  const { frame, lattice, open, box } = await decodeAsNeeded(part10, image, (frame) => {
    const shutter = readShutter(dataSet, frame.rows, frame.columns, frame.reduction);
    const lattice = sampleLattice(frame, image, storedOf, modality.apply, shutter);
    return { frame, lattice, ...openField(frame, lattice, brightness, shutter) };
  });
  const isOpen = openLattice(lattice, open);
  const voi = chooseVoi(
    dataSet,
    modality,
    distributionOf(lattice.values, (index) => isOpen[index] === 1),
  );
  const table = greyTable(image, storedOf, modality.apply, voi.apply, inverted, frame.words.BYTES_PER_ELEMENT);
  const content = placeInSquare(box.width, box.height * image.pixelAspect);
  const { width, height } = content;
  const grid = averageAreas(frame, table, box, width, height, open);
  const surroundings = surroundingsOf(lattice, isOpen, brightness, box, width, height);
  const modalityOf = (word: number) => modality.apply(storedOf(word));
  const burntIn = findBurntIn(frame, lattice, isOpen, modalityOf, brightness, box, open, width, height);
  const annotationPixelsRemoved = removeAnnotation(grid, surroundings, burntIn);
  const scale = 2 ** frame.reduction;
  return {
    size: INPUT_SIZE,
    pixels: intoSquare(grid, content),
    facts: {
      window: voi.choice,
      annotationPixelsRemoved,
      decodedReduction: frame.reduction,
      field: { x: box.x * scale, y: box.y * scale, width: box.width * scale, height: box.height * scale },
      content,
    },
  };
}

/** What is seen of a frame before its window is chosen. */
interface Look {
  frame: StoredFrame;
  lattice: Lattice;
  open: Spans | undefined;
  /** The smallest box around what is open. */
  box: Box;
}

/** Of the longer side of the open field, one and a half times as many pixels as the network sees are enough. */
const ENOUGH = 1.5 * INPUT_SIZE;

/**
 * Decodes at the lowest resolution that leaves enough pixels: first at a quarter where the codec can, and again, finer,
 * where the open field turns out to be only a part of the frame.
 */
async function decodeAsNeeded(part10: Part10, image: ImagePixel, look: (frame: StoredFrame) => Look): Promise<Look> {
  for (let halvings: 0 | 1 | 2 = 2; ; halvings = halvings === 2 ? 1 : 0) {
    if (halvings > 0 && Math.max(image.rows, image.columns) / 2 ** halvings < ENOUGH) continue;
    const seen = look(await decodeFrame(part10, image, halvings));
    if (seen.frame.reduction === 0 || Math.max(seen.box.width, seen.box.height) >= ENOUGH) return seen;
  }
}

function openField(
  { rows, columns }: StoredFrame,
  lattice: Lattice,
  brightness: 1 | -1,
  shutter: Spans | undefined,
): Pick<Look, "open" | "box"> {
  const field = findOpenField(lattice, brightness, columns, rows);
  if (!field) return { open: shutter, box: { x: 0, y: 0, width: columns, height: rows } };
  const spans = polygonSpans(field, columns);
  const [left, right] = [Math.min(...field.map(({ x }) => x)), Math.max(...field.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...field.map(({ y }) => y)), Math.max(...field.map(({ y }) => y))];
  const [x, y] = [Math.round(left), Math.round(top)];
  return {
    open: shutter ? bothOpen(shutter, spans) : spans,
    box: { x, y, width: Math.round(right) - x, height: Math.round(bottom) - y },
  };
}

/**
 * The whole field, as large as the square takes it, in its middle, with its own proportions. The paper's pipeline
 * stretched every image to a square; but fractures of the distal radius are judged by angles, which stretching bends
 * by an amount that depends on how the beam was collimated, and rotations, by which training augments, would shear.
 */
function placeInSquare(width: number, height: number): Box {
  const scale = INPUT_SIZE / Math.max(width, height);
  const side = (length: number) => Math.min(INPUT_SIZE, Math.max(1, Math.round(length * scale)));
  const [w, h] = [side(width), side(height)];
  return { x: (INPUT_SIZE - w) >> 1, y: (INPUT_SIZE - h) >> 1, width: w, height: h };
}

function intoSquare({ greys, width, height }: Grid, { x, y }: Box): Float32Array {
  const square = new Float32Array(INPUT_SIZE ** 2);
  for (let row = 0; row < height; row++) {
    square.set(greys.subarray(row * width, (row + 1) * width), (y + row) * INPUT_SIZE + x);
  }
  return square;
}
