import type { Calibration } from "./manifest.ts";

type WithoutFit<T> = T extends unknown ? Omit<T, "n" | "fittedOn"> : never;

/** What turns a logit into a probability: a package's calibration without the account of how it was fitted. */
export type CalibrationMap = WithoutFit<Calibration>;

/**
 * The calibrated probability of a fracture that a logit stands for: at the site's prevalence where the calibration
 * knows it, otherwise at that of the cases it was fitted on. It never falls as the logit rises.
 */
export function calibrate(calibration: CalibrationMap, logit: number): number {
  const fitted = calibration.method === "platt" ? sigmoid(calibration, logit) : interpolate(calibration.knots, logit);
  return calibration.prevalence ? atPrevalence(fitted, calibration.prevalence) : fitted;
}

/**
 * Bayes' theorem on the odds: what a probability that holds where the prevalence is `training` becomes where it is
 * `site`, given that fractures, and wrists without one, look alike in both places. The odds are multiplied by the ratio of the
 * prior odds (Saerens, Latinne & Decaestecker 2002, eq. 4, for two classes).
 */
export function atPrevalence(probability: number, { training, site }: { training: number; site: number }): number {
  const [present, absent] = [(probability * site) / training, ((1 - probability) * (1 - site)) / (1 - training)];
  return present / (present + absent);
}

function sigmoid({ slope, intercept }: { slope: number; intercept: number }, logit: number): number {
  return 1 / (1 + Math.exp(-(slope * logit + intercept)));
}

/** Straight between neighbouring knots, level beyond the first and the last. */
function interpolate(knots: readonly { logit: number; probability: number }[], logit: number): number {
  const after = knots.findIndex((knot) => knot.logit >= logit);
  if (after === -1) return knots.at(-1)!.probability;
  const [a, b] = [knots[after - 1] ?? knots[after]!, knots[after]!];
  if (a.logit >= logit || b.logit === logit) return b.probability;
  const share = (logit - a.logit) / (b.logit - a.logit);
  // Rounding must not carry it past the upper knot.
  return Math.min(b.probability, a.probability + share * (b.probability - a.probability));
}
