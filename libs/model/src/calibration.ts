import type { Calibration } from "./manifest.ts";

/** The calibrated probability of a fracture that a logit stands for. */
export function calibrate({ slope, intercept }: Pick<Calibration, "slope" | "intercept">, logit: number): number {
  return 1 / (1 + Math.exp(-(slope * logit + intercept)));
}
