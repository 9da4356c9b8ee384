import { wilson } from "@redspot/statistics";
import { operatingPointAt, rocCurve } from "../statistics/roc.ts";
import { TrainingError } from "../training-error.ts";

/** From `low` and below `high` the answer is "inconclusive". */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** The part of the cases on which the band is chosen that are to fall into it. */
const INCONCLUSIVE_SHARE = 0.1;

const logit = (p: number) => Math.log(p / (1 - p));
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/**
 * Probabilities too close to the cut-off to say: as far from it on either side, in log odds, as takes in the given part
 * of the cases.
 */
export function chooseBand(cutOff: number, probabilities: ArrayLike<number>, share = INCONCLUSIVE_SHARE): Band {
  const distances = Array.from(probabilities, (p) => Math.abs(logit(p) - logit(cutOff))).sort((a, b) => a - b);
  const reach = distances[Math.min(distances.length - 1, Math.round(share * distances.length))] ?? 0;
  // Rounding must not carry an end past the cut-off.
  return {
    low: Math.min(cutOff, sigmoid(logit(cutOff) - reach)),
    high: Math.max(cutOff, sigmoid(logit(cutOff) + reach)),
  };
}

/**
 * The band around the cut-off with the fewest cases in it, such that sensitivity and specificity of the answers outside it are
 * what is demanded. Where they are without a band, both its ends are the cut-off.
 *
 * @throws {TrainingError} BAND_UNREACHABLE, naming what can be reached
 */
export function bandReaching(
  demanded: { readonly sensitivity: number; readonly specificity: number },
  cutOff: number,
  probabilities: readonly number[],
  labels: Uint8Array,
): Band {
  const total = { positives: labels.reduce((sum, label) => sum + label, 0), negatives: 0 };
  total.negatives = labels.length - total.positives;
  // Where an end of the band may lie, and what then lies from it on; the curve's first point, past every case, is no end.
  const ends = rocCurve(probabilities, labels)
    .slice(1)
    .map(({ cutOff: at, sensitivity, specificity }) => ({
      at,
      positives: Math.round(sensitivity * total.positives),
      negatives: Math.round((1 - specificity) * total.negatives),
    }));
  const own = operatingPointAt(cutOff, probabilities, labels);
  ends.push({
    at: cutOff,
    positives: Math.round(own.sensitivity.value * total.positives),
    negatives: Math.round((1 - own.specificity.value) * total.negatives),
  });

  let fewest = { within: Number.POSITIVE_INFINITY, low: cutOff, high: cutOff };
  let nearest = { least: 0, sensitivity: 0, specificity: 0 };
  for (const high of ends.filter(({ at }) => at >= cutOff)) {
    for (const low of ends.filter(({ at }) => at <= cutOff)) {
      const missed = total.positives - low.positives;
      const spared = total.negatives - low.negatives;
      const within = low.positives - high.positives + low.negatives - high.negatives;
      const sensitivity = high.positives / (high.positives + missed);
      const specificity = spared / (spared + high.negatives);
      if (!(sensitivity >= 0 && specificity >= 0)) continue;
      const least = Math.min(sensitivity / demanded.sensitivity, specificity / demanded.specificity);
      if (least > nearest.least) nearest = { least, sensitivity, specificity };
      if (sensitivity < demanded.sensitivity || specificity < demanded.specificity) continue;
      const narrower = within === fewest.within && high.at - low.at < fewest.high - fewest.low;
      if (within < fewest.within || narrower) fewest = { within, low: low.at, high: high.at };
    }
  }
  if (fewest.within <= labels.length) return { low: fewest.low, high: fewest.high };
  throw new TrainingError(
    "BAND_UNREACHABLE",
    `Outside no band around the cut-off do sensitivity and specificity reach ${demanded.sensitivity} and ${demanded.specificity} on these ` +
      `${labels.length} cases; the nearest are ${nearest.sensitivity.toFixed(3)} and ${nearest.specificity.toFixed(3)}. ` +
      "Demand less (--band 0.9:0.9), choose the band by its share of cases (--band share:0.1), or have none (--band none).",
  );
}

/** How many of the cases fall into the band. */
export function shareWithin({ low, high }: Band, probabilities: ArrayLike<number>) {
  const within = Array.from(probabilities).filter((p) => p >= low && p < high).length;
  return wilson(within, probabilities.length);
}
