import { wilson } from "./statistics/wilson.ts";

/** The part of the cases on which the band is chosen that are to fall into it. */
export const INCONCLUSIVE_SHARE = 0.1;

const logit = (p: number) => Math.log(p / (1 - p));
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/**
 * Probabilities too close to the cut-off to say: as far from it on either side, in log odds, as takes in the given part
 * of the cases.
 */
export function chooseBand(cutOff: number, probabilities: ArrayLike<number>, share = INCONCLUSIVE_SHARE) {
  const distances = Array.from(probabilities, (p) => Math.abs(logit(p) - logit(cutOff))).sort((a, b) => a - b);
  const reach = distances[Math.min(distances.length - 1, Math.round(share * distances.length))] ?? 0;
  return { low: sigmoid(logit(cutOff) - reach), high: sigmoid(logit(cutOff) + reach) };
}

/** How many of the cases fall into the band, from `low` and below `high`. */
export function shareWithin({ low, high }: { low: number; high: number }, probabilities: ArrayLike<number>) {
  const within = Array.from(probabilities).filter((p) => p >= low && p < high).length;
  return wilson(within, probabilities.length);
}
