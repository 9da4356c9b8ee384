import type { Head } from "@redspot/model";

/** The head's logit for each case. */
export function logitsOf({ weights, bias }: Head, features: Float32Array): Float64Array {
  const width = weights.length;
  return Float64Array.from({ length: features.length / width }, (_, row) => {
    let sum = bias;
    for (let i = 0; i < width; i++) sum += weights[i]! * features[row * width + i]!;
    return sum;
  });
}
