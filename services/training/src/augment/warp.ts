import { INPUT_SIZE } from "@redspot/model";
import type { Augmentation } from "./augmentation.ts";

/** A row of the image with a black pixel at either end, so that interpolation needs no border cases. */
const PADDED = INPUT_SIZE + 2;
const MIDDLE = (INPUT_SIZE - 1) / 2;

/** From a place of the augmented image, counted from its middle, to one of the image: x = a u + b v + c. */
interface Inverse {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** The inverse of: mirror, shear, rotate and zoom about the middle, then shift. */
function inverseOf({ flip, rotation, shiftX, shiftY, shear, zoom }: Augmentation): Inverse {
  const angle = (rotation * Math.PI) / 180;
  const lean = Math.tan((shear * Math.PI) / 180);
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  const side = flip ? -1 : 1;
  const [a, b] = [side * (cos + lean * sin), side * (sin - lean * cos)];
  const [d, e] = [-sin, cos];
  const [dx, dy] = [shiftX * INPUT_SIZE, shiftY * INPUT_SIZE];
  return { a, b, c: MIDDLE - a * dx - b * dy, d, e, f: MIDDLE - d * dx - e * dy };
}

/**
 * Makes an augmented image of a model input in one resampling: bilinear, black beyond the image. Where it shrinks, the
 * image is first smoothed by just what shrinking adds to the width of a bilinear kernel, so that nothing aliases. The
 * image as it is and its mirror image come out to the bit.
 */
export function warp(pixels: Float32Array, augmentation: Augmentation): Float32Array {
  const { a, b, c, d, e, f } = inverseOf(augmentation);
  const source = smoothed(pixels, excess(a, b), excess(d, e));
  const target = new Float32Array(INPUT_SIZE ** 2);
  for (let row = 0; row < INPUT_SIZE; row++) {
    const v = row - MIDDLE;
    const [startX, startY] = [b * v + c, e * v + f];
    for (let column = 0; column < INPUT_SIZE; column++) {
      const u = column - MIDDLE;
      // In padded places, where the image begins at 1.
      const x = startX + a * u + 1;
      const y = startY + d * u + 1;
      if (!(x >= 0 && y >= 0 && x < PADDED - 1 && y < PADDED - 1)) continue;
      const left = Math.trunc(x);
      const top = Math.trunc(y);
      const [across, down] = [x - left, y - top];
      const at = top * PADDED + left;
      const above = source[at]! + across * (source[at + 1]! - source[at]!);
      const below = source[at + PADDED]! + across * (source[at + PADDED + 1]! - source[at + PADDED]!);
      target[row * INPUT_SIZE + column] = above + down * (below - above);
    }
  }
  return target;
}

/**
 * How much wider the kernel has to be in one direction, as variance: a bilinear kernel (a triangle of half-width 1) has
 * 1/6, and one for pixels s apart has s²/6.
 */
function excess(along: number, across: number): number {
  return Math.max(0, along * along + across * across - 1) / 6;
}

const scratch = new Float32Array(PADDED * INPUT_SIZE);

/** The image in a black frame of one pixel, convolved with [v/2, 1 - v, v/2] (variance v) in each direction. */
function smoothed(pixels: Float32Array, varianceX: number, varianceY: number): Float32Array {
  const framed = new Float32Array(PADDED * PADDED);
  for (let row = 0; row < INPUT_SIZE; row++) {
    framed.set(pixels.subarray(row * INPUT_SIZE, (row + 1) * INPUT_SIZE), (row + 1) * PADDED + 1);
  }
  if (varianceX > 0) convolve(framed, 1, varianceX);
  if (varianceY > 0) convolve(framed, PADDED, varianceY);
  return framed;
}

/** Convolves the inner pixels along one direction; neighbours are `step` apart, and the frame is black. */
function convolve(framed: Float32Array, step: number, variance: number): void {
  const [centre, side] = [1 - variance, variance / 2];
  for (let row = 1; row <= INPUT_SIZE; row++) {
    const first = row * PADDED + 1;
    const out = (row - 1) * PADDED;
    for (let at = 0; at < INPUT_SIZE; at++) {
      const from = first + at;
      scratch[out + at] = centre * framed[from]! + side * (framed[from - step]! + framed[from + step]!);
    }
  }
  for (let row = 1; row <= INPUT_SIZE; row++) {
    const out = (row - 1) * PADDED;
    framed.set(scratch.subarray(out, out + INPUT_SIZE), row * PADDED + 1);
  }
}
