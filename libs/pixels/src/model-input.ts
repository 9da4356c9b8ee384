import type { Part10 } from "@redspot/dicom";
import { countOnes, findAnnotation } from "./clean/annotation.ts";
import { findBurntIn } from "./clean/burnt-in.ts";
import { distributionOf } from "./clean/distribution.ts";
import { fillFromAround } from "./clean/fill.ts";
import { type Lattice, openLattice, sampleLattice } from "./clean/lattice.ts";
import { findOpenField } from "./clean/open-field.ts";
import { bothOpen, boundsOf, boundsOfSpans, polygonSpans, type Spans } from "./clean/polygon.ts";
import { readShutter } from "./clean/shutter.ts";
import { surroundingsOf, withoutCells } from "./clean/surroundings.ts";
import { decodeFrame } from "./decode/decode.ts";
import { placeInFrame, placeInImage, type StoredFrame } from "./decode/stored-frame.ts";
import { greyTable } from "./grey/grey-table.ts";
import { readModality } from "./grey/modality.ts";
import { isInverted } from "./grey/presentation.ts";
import { storedBits, storedValue } from "./grey/stored-values.ts";
import { chooseVoi, type VoiChoice } from "./grey/voi.ts";
import { type ImagePixel, readImagePixel } from "./image-pixel.ts";
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
  const bits = storedBits(image);
  const modality = readModality(dataSet, image);
  const inverted = isInverted(dataSet, image);
  const brightness = inverted ? -1 : 1;
  const { frame, lattice, open, box } = await decodeAsNeeded(part10, image, (frame) => {
    const shutter = readShutter(dataSet, frame.rows, frame.columns, frame.reduction);
    const lattice = sampleLattice(frame, image, bits, modality.apply, shutter);
    return { frame, lattice, ...openField(frame, image, lattice, brightness, shutter) };
  });
  const square = squareAround(box, image.pixelAspect);
  const isOpen = openLattice(lattice, open);
  const surroundings = surroundingsOf(lattice, isOpen, brightness, square, INPUT_SIZE, INPUT_SIZE);
  const modalityOf = (word: number) => modality.apply(storedValue(bits, word));
  const burntIn = findBurntIn(frame, lattice, isOpen, modalityOf, brightness, square, open, INPUT_SIZE, INPUT_SIZE);
  const render = (shown: Uint8Array) => {
    const voi = chooseVoi(dataSet, modality, distributionOf(lattice.values, shown));
    const table = greyTable(bits, image.padding, modality.apply, voi.apply, inverted, frame.words.BYTES_PER_ELEMENT);
    return { grid: averageAreas(frame, table, square, INPUT_SIZE, INPUT_SIZE, open), window: voi.choice };
  };
  const first = render(isOpen);
  let { grid } = first;
  const annotation = findAnnotation(first.grid, surroundings, burntIn);
  if (annotation) {
    // What was written must not set the window either.
    if (first.window === "percentile")
      grid = render(withoutCells(lattice, isOpen, annotation, square, INPUT_SIZE, INPUT_SIZE)).grid;
    fillFromAround(grid, annotation, surroundings.open);
  }
  return {
    size: INPUT_SIZE,
    pixels: grid.greys,
    facts: {
      window: first.window,
      annotationPixelsRemoved: annotation ? countOnes(annotation) : 0,
      decodedReduction: frame.reduction,
      field: {
        x: placeInImage(box.x, frame.reduction),
        y: placeInImage(box.y, frame.reduction),
        width: box.width * 2 ** frame.reduction,
        height: box.height * 2 ** frame.reduction,
      },
      content: {
        x: ((box.x - square.x) / square.width) * INPUT_SIZE,
        y: ((box.y - square.y) / square.height) * INPUT_SIZE,
        width: (box.width / square.width) * INPUT_SIZE,
        height: (box.height / square.height) * INPUT_SIZE,
      },
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
  frame: StoredFrame,
  image: ImagePixel,
  lattice: Lattice,
  brightness: 1 | -1,
  shutter: Spans | undefined,
): Pick<Look, "open" | "box"> {
  const field = findOpenField(lattice, brightness, frame.columns, frame.rows);
  const spans = field && polygonSpans(field, frame.columns);
  const open = spans && shutter ? bothOpen(shutter, spans) : (spans ?? shutter);
  const box = field && !shutter ? boundsOf(field) : open && boundsOfSpans(open, frame.rows);
  return { open, box: box ?? wholeOf(frame, image) };
}

/** The image within the frame, which a halved one exceeds by parts of a pixel. */
function wholeOf({ rows, columns, reduction }: StoredFrame, image: ImagePixel): Box {
  const start = placeInFrame(0, reduction);
  return {
    x: start,
    y: start,
    width: Math.min(placeInFrame(image.columns, reduction), columns) - start,
    height: Math.min(placeInFrame(image.rows, reduction), rows) - start,
  };
}

/**
 * The square around the field, of whose pixels' shape it takes account: the whole field with its own proportions, as large as
 * the network's input takes it, in its middle. The paper's pipeline stretched every image to a square; but fractures of
 * the distal radius are judged by angles, which stretching bends by an amount that depends on how the beam was collimated,
 * and rotations, by which training augments, would shear.
 */
function squareAround({ x, y, width, height }: Box, pixelAspect: number): Box {
  const side = Math.max(width, height * pixelAspect);
  const tall = side / pixelAspect;
  return { x: x + (width - side) / 2, y: y + (height - tall) / 2, width: side, height: tall };
}
