import type { Part10 } from "@redspot/dicom";
import { removeAnnotation } from "./clean/annotation.ts";
import { sampleValues } from "./clean/sample.ts";
import { readShutter } from "./clean/shutter.ts";
import { decodeFrame } from "./decode/decode.ts";
import { greyTable } from "./grey/grey-table.ts";
import { readModality } from "./grey/modality.ts";
import { isInverted } from "./grey/presentation.ts";
import { storedValueOf } from "./grey/stored-values.ts";
import { chooseVoi, type VoiChoice } from "./grey/voi.ts";
import { type ImagePixel, readImagePixel } from "./image-pixel.ts";
import { averageAreas, type Grid } from "./resample/area-average.ts";

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
  /** 299 x 299 greys, 0 to 1, row by row, bone bright; black around the image where it is not square. */
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
  /** Where in the square the image lies, in pixels of the square. */
  content: { x: number; y: number; width: number; height: number };
}

/**
 * Turns an instance's pixel data into model input: decode, modality LUT, VOI LUT, inversion, shutter, resampling,
 * annotation removal. One implementation for training and serving. Throws PixelError.
 */
export async function toModelInput(part10: Part10): Promise<ModelInput> {
  const { dataSet } = part10;
  const image = readImagePixel(dataSet);
  const frame = await decodeFrame(part10, image, halvingsFor(image));
  const shutter = readShutter(dataSet, frame.rows, frame.columns, frame.reduction);
  const storedOf = storedValueOf(image);
  const modality = readModality(dataSet, image);
  const samples = sampleValues(frame, image, storedOf, modality.apply, shutter);
  const voi = chooseVoi(dataSet, modality, samples);
  const inverted = isInverted(dataSet, image);
  const table = greyTable(image, storedOf, modality.apply, voi.apply, inverted, frame.words.BYTES_PER_ELEMENT);
  const content = placeInSquare(image);
  const grid = averageAreas(frame, table, content.width, content.height, shutter);
  const annotationPixelsRemoved = removeAnnotation(grid);
  return {
    size: INPUT_SIZE,
    pixels: intoSquare(grid, content),
    facts: { window: voi.choice, annotationPixelsRemoved, decodedReduction: frame.reduction, content },
  };
}

/** As many halvings, of the two that decoders are asked for, as leave the longer side one and a half times 299. */
function halvingsFor({ rows, columns }: ImagePixel): 0 | 1 | 2 {
  const longer = Math.max(rows, columns);
  if (longer / 4 >= 1.5 * INPUT_SIZE) return 2;
  return longer / 2 >= 1.5 * INPUT_SIZE ? 1 : 0;
}

/**
 * The whole image, as large as the square takes it, in its middle, with its own proportions. The paper's pipeline
 * stretched every image to a square; but fractures of the distal radius are judged by angles, which stretching bends
 * by an amount that depends on how the sender cropped, and rotations, by which training augments, would shear.
 */
function placeInSquare({ rows, columns, pixelAspect }: ImagePixel): ModelInputFacts["content"] {
  const height = rows * pixelAspect;
  const scale = INPUT_SIZE / Math.max(height, columns);
  const side = (length: number) => Math.min(INPUT_SIZE, Math.max(1, Math.round(length * scale)));
  const [w, h] = [side(columns), side(height)];
  return { x: (INPUT_SIZE - w) >> 1, y: (INPUT_SIZE - h) >> 1, width: w, height: h };
}

function intoSquare({ greys, width, height }: Grid, { x, y }: ModelInputFacts["content"]): Float32Array {
  const square = new Float32Array(INPUT_SIZE ** 2);
  for (let row = 0; row < height; row++) {
    square.set(greys.subarray(row * width, (row + 1) * width), (y + row) * INPUT_SIZE + x);
  }
  return square;
}
