import { randomStream } from "@redspot/statistics";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";

/** One of the eight images that training sees of a radiograph, and what was done to it. */
export interface Augmentation {
  /** 0 to 3 are of the image as it is, 4 to 7 of its mirror image; 0 and 4 are not drawn but plain. */
  readonly augmentation: number;
  /** Mirrored left to right. */
  readonly flip: boolean;
  /** Degrees, clockwise on the screen. */
  readonly rotation: number;
  /** Shares of width and height, to the right and downwards. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Degrees by which upright lines lean. */
  readonly shear: number;
  /** Enlargement: above 1 things look larger. */
  readonly zoom: number;
}

/** Images of one radiograph in the training part. */
export const AUGMENTED_COUNT = 8;

/** Kim & MacKinnon 2017: the most of each, to either side. */
export const RANGES = { rotation: 25, shift: 0.15, shear: 10, zoom: 0.15 } as const;

/** The image as it is. */
export const AS_IT_IS: Augmentation = {
  augmentation: 0,
  flip: false,
  rotation: 0,
  shiftX: 0,
  shiftY: 0,
  shear: 0,
  zoom: 1,
};

/**
 * The eightfold augmentation of Kim & MacKinnon 2017. Every image and its mirror image (x 2), each as it is and three
 * times with random rotation, shifts, shear and zoom (x 4). The paper gives the ranges and the eightfold, and not how
 * many of the eight are drawn. Each is uniform to either side, as in Keras; one zoom serves both directions, because a
 * fracture of the distal radius is judged by angles. What is drawn depends on the seed and the case's id alone, in
 * whatever order cases come.
 */
export function augmentationsOf(id: string, seed: number): Augmentation[] {
  const random = randomStream(seed, `augmentation/${id}`);
  const within = (most: number) => (2 * uniformFloat64(random) - 1) * most;
  return Array.from({ length: AUGMENTED_COUNT }, (_, augmentation) => {
    const plain = { ...AS_IT_IS, augmentation, flip: augmentation >= AUGMENTED_COUNT / 2 };
    if (augmentation % (AUGMENTED_COUNT / 2) === 0) return plain;
    return {
      ...plain,
      rotation: within(RANGES.rotation),
      shiftX: within(RANGES.shift),
      shiftY: within(RANGES.shift),
      shear: within(RANGES.shear),
      zoom: 1 + within(RANGES.zoom),
    };
  });
}
