import { INPUT_SIZE, type ModelInput } from "./model-input.ts";

/** The range that a backbone's weights expect: [-1, 1] for those of Keras, [0, 1] for the embedded ones. */
export interface InputScaling {
  min: number;
  max: number;
}

/**
 * A batch for the network: inputs as NCHW, n x 3 x 299 x 299, three equal channels, greys scaled from [0, 1] to the
 * given range. Written into `target` where one of the right length is given, else into a new array. Throws RangeError.
 */
export function toThreeChannels(
  inputs: readonly Pick<ModelInput, "pixels">[],
  { min, max }: InputScaling,
  target: Float32Array = new Float32Array(inputs.length * 3 * INPUT_SIZE ** 2),
): Float32Array {
  const plane = INPUT_SIZE ** 2;
  if (target.length !== inputs.length * 3 * plane) {
    throw new RangeError(
      `the target has ${target.length} values where ${inputs.length} inputs need ${inputs.length * 3 * plane}`,
    );
  }
  const span = max - min;
  inputs.forEach(({ pixels }, index) => {
    if (pixels.length !== plane) throw new RangeError(`input ${index} has ${pixels.length} pixels, not ${plane}`);
    const first = index * 3 * plane;
    for (let at = 0; at < plane; at++) target[first + at] = min + span * pixels[at]!;
    target.copyWithin(first + plane, first, first + plane);
    target.copyWithin(first + 2 * plane, first, first + plane);
  });
  return target;
}
