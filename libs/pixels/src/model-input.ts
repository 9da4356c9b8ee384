import type { DataSet, Part10 } from "@redspot/dicom";
import { countOnes, findAnnotation } from "./clean/annotation.ts";
import { findBurntIn } from "./clean/burnt-in.ts";
import { type Distribution, distributionOf } from "./clean/distribution.ts";
import { fillFromAround } from "./clean/fill.ts";
import { surroundingsOf, withoutCells } from "./clean/surroundings.ts";
import { decodeFrame } from "./decode/decode.ts";
import { placeInImage } from "./decode/stored-frame.ts";
import { type GreyScale, readGreyScale } from "./grey/grey-scale.ts";
import { greyTable } from "./grey/grey-table.ts";
import { chooseVoi, type VoiChoice } from "./grey/voi.ts";
import { type ImagePixel, readImagePixel } from "./image-pixel.ts";
import { type Look, lookAt } from "./look.ts";
import { averageAreas, type Box } from "./resample/area-average.ts";

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
  /** The part of the image that was exposed and not shuttered, in the image's own pixels. */
  field: Box;
  /** Where that part lies in pixels of the square: it may be narrower, and longer. */
  content: Box;
  /** Where the square lies, in the image's own pixels from its upper left corner: it may reach beyond the image. */
  seen: Box;
}

/** One and a half times as many pixels as the network sees are enough. */
const ENOUGH = 1.5 * INPUT_SIZE;

/**
 * Turns an instance's pixel data into model input: decode, modality LUT, open field, VOI LUT, inversion, resampling,
 * annotation removal. One implementation for training and serving. JPEG 2000 and HTJ2K are decoded at the lowest
 * resolution that is enough, which moves the greys by less than 0.005 on average, mostly by 0.002. Throws PixelError.
 */
export async function toModelInput(part10: Part10): Promise<ModelInput> {
  const { dataSet } = part10;
  const image = readImagePixel(dataSet);
  const scale = readGreyScale(dataSet, image);
  const look = await lookCloseEnough(part10, image, scale);
  return see(look, dataSet, image, scale);
}

/**
 * Decodes at a quarter of the resolution where the codec can and that leaves enough pixels; and again, finer, where the
 * open field turns out to be only a part of the frame.
 */
async function lookCloseEnough(part10: Part10, image: ImagePixel, scale: GreyScale): Promise<Look> {
  const isEnough = (side: number) => side >= ENOUGH;
  for (const halvings of [2, 1] as const) {
    if (!isEnough(Math.max(image.rows, image.columns) / 2 ** halvings)) continue;
    const look = lookAt(await decodeFrame(part10, image, halvings), part10.dataSet, image, scale);
    const { width, height } = squareAround(look.box, image.pixelAspect);
    if (look.frame.reduction === 0 || isEnough(Math.min(width, height))) return look;
  }
  return lookAt(await decodeFrame(part10, image), part10.dataSet, image, scale);
}

function see(look: Look, dataSet: DataSet, image: ImagePixel, scale: GreyScale): ModelInput {
  const { frame, lattice, open, isOpen, box } = look;
  const square = squareAround(box, image.pixelAspect);
  const inField = distributionOf(lattice.values, isOpen);
  const render = (values: Distribution) => {
    const voi = chooseVoi(dataSet, scale.modality, values);
    const table = greyTable(scale, image.padding, voi.apply, frame.words.BYTES_PER_ELEMENT);
    return { grid: averageAreas(frame, table, square, INPUT_SIZE, INPUT_SIZE, open), window: voi.choice };
  };
  const { grid, window } = render(inField);
  const surroundings = surroundingsOf(lattice, isOpen, inField, scale.brightness, square, INPUT_SIZE, INPUT_SIZE);
  const burntIn = findBurntIn(look, scale, square, INPUT_SIZE, INPUT_SIZE);
  const annotation = findAnnotation(grid, surroundings, burntIn);
  const facts: ModelInputFacts = {
    window,
    annotationPixelsRemoved: annotation ? countOnes(annotation) : 0,
    decodedReduction: frame.reduction,
    ...placesOf(box, square, frame.reduction),
  };
  if (!annotation) return { size: INPUT_SIZE, pixels: grid.greys, facts };
  // What was written must not set the window.
  const plain = () => {
    const points = withoutCells(lattice, isOpen, annotation, square, INPUT_SIZE, INPUT_SIZE);
    return render(distributionOf(lattice.values, points)).grid;
  };
  const clean = window === "percentile" ? plain() : grid;
  fillFromAround(clean, annotation, surroundings.open);
  return { size: INPUT_SIZE, pixels: clean.greys, facts };
}

function placesOf(box: Box, square: Box, reduction: number): Pick<ModelInputFacts, "field" | "content" | "seen"> {
  return {
    field: boxInImage(box, reduction),
    seen: boxInImage(square, reduction),
    content: {
      x: ((box.x - square.x) / square.width) * INPUT_SIZE,
      y: ((box.y - square.y) / square.height) * INPUT_SIZE,
      width: (box.width / square.width) * INPUT_SIZE,
      height: (box.height / square.height) * INPUT_SIZE,
    },
  };
}

function boxInImage({ x, y, width, height }: Box, reduction: number): Box {
  return {
    x: placeInImage(x, reduction),
    y: placeInImage(y, reduction),
    width: width * 2 ** reduction,
    height: height * 2 ** reduction,
  };
}

/** Of a long field, at most this share is given up, half of it at either end. */
const ENDS = 0.25;

/**
 * The square that the network sees: around the middle of the field, its proportions kept, as wide as the field and at
 * least three quarters of its length. The paper's pipeline stretched every image to a square; but fractures of the
 * distal radius are judged by angles, which stretching bends by an amount that depends on how the beam was collimated,
 * and rotations, by which training augments, would shear. A lateral wrist's field is about 5:3, and a square around all
 * of it is mostly black: what is given up, fingers and forearm, buys a third more resolution for the wrist, on which
 * the beam is centred. On phantoms (a head on 240, tested on 160) this raised the AUC from 0.88 to 0.92; stretching, to 0.91.
 */
function squareAround({ x, y, width, height }: Box, pixelAspect: number): Box {
  const [across, down] = [width, height * pixelAspect];
  const side = Math.max(Math.min(across, down), (1 - ENDS) * Math.max(across, down));
  const tall = side / pixelAspect;
  return { x: x + (width - side) / 2, y: y + (height - tall) / 2, width: side, height: tall };
}
