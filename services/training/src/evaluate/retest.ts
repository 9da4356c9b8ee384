import { type Engine, INPUT_SIZE, type InputScaling } from "@redspot/model";
import { toThreeChannels } from "@redspot/pixels";
import { AS_IT_IS } from "../augment/augmentation.ts";
import { warp } from "../augment/warp.ts";
import type { RetestResult } from "./evaluation-file.ts";

/** A change that no reader would call a difference. */
interface Change {
  readonly name: string;
  apply(pixels: Float32Array): Float32Array;
}

const move = (x: number, y: number) => (pixels: Float32Array) =>
  warp(pixels, { ...AS_IT_IS, shiftX: x / INPUT_SIZE, shiftY: y / INPUT_SIZE });
/** As a window does: wider or narrower about the middle grey, brighter or darker. */
const rewindow = (contrast: number, brightness: number) => (pixels: Float32Array) =>
  pixels.map((grey) => Math.min(1, Math.max(0, (grey - 0.5) * contrast + 0.5 + brightness)));

const CHANGES: readonly Change[] = [
  { name: "3 pixels to the right", apply: move(3, 0) },
  { name: "3 pixels down", apply: move(0, 3) },
  { name: "turned by 2 degrees", apply: (pixels) => warp(pixels, { ...AS_IT_IS, rotation: 2 }) },
  { name: "window 10 % narrower", apply: rewindow(1 / 0.9, 0) },
  { name: "window 10 % wider", apply: rewindow(1 / 1.1, 0) },
  { name: "window level 5 % lower", apply: rewindow(1, 0.05) },
  { name: "window level 5 % higher", apply: rewindow(1, -0.05) },
];

export interface RetestOptions {
  /** With the head that is tested. */
  readonly engine: Engine;
  readonly inputScaling: InputScaling;
  readonly calibrate: (logit: number) => number;
  readonly cutOff: number;
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Test and retest: the same radiograph, put before the network a little shifted, turned or windowed otherwise. How far
 * does its probability move, and how often does the answer change?
 */
export async function retest(inputs: readonly Float32Array[], options: RetestOptions): Promise<RetestResult[]> {
  const { engine, inputScaling, calibrate, cutOff, onProgress } = options;
  const answers: number[][] = [];
  for (const [at, pixels] of inputs.entries()) {
    const images = [pixels, ...CHANGES.map(({ apply }) => apply(pixels))].map((each) => ({ pixels: each }));
    const { logits } = await engine.run(toThreeChannels(images, inputScaling), images.length);
    answers.push(Array.from(logits, calibrate));
    onProgress?.(at + 1, inputs.length);
  }
  return CHANGES.map(({ name }, at) => {
    const moved = answers.map(([plain, ...changed]) => Math.abs(changed[at]! - plain!));
    const turned = answers.filter(([plain, ...changed]) => plain! >= cutOff !== changed[at]! >= cutOff).length;
    return {
      change: name,
      n: inputs.length,
      meanDifference: moved.reduce((sum, each) => sum + each, 0) / inputs.length,
      largestDifference: Math.max(...moved),
      answersChanged: turned,
    };
  });
}
