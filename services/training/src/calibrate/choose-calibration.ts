import { type CalibrationMap, calibrate } from "@redspot/model";
import { expectedCalibrationError } from "../statistics/calibration-error.ts";
import { fitIsotonic } from "../statistics/isotonic.ts";
import { fitPlatt } from "../statistics/platt.ts";
import { brierScore, logLoss } from "../statistics/proper-scores.ts";
import { dealFolds, type Member } from "../train/folds.ts";

export interface ScoredCases {
  /** The head's logits, before calibration. */
  readonly logits: readonly number[];
  readonly labels: Uint8Array;
  readonly patients: readonly string[];
}

/** How well probabilities mean what they say. */
interface CalibrationQuality {
  readonly logLoss: number;
  readonly brier: number;
  readonly expectedCalibrationError: number;
}

export interface ChosenCalibration {
  readonly map: CalibrationMap;
  readonly folds: number;
  /** Without calibration: the plain sigmoid of the logit. */
  readonly before: CalibrationQuality;
  /** By cross-validation: every case calibrated by a fit to the other folds. */
  readonly after: { readonly platt: CalibrationQuality; readonly isotonic: CalibrationQuality };
}

const METHODS = { platt: fitPlatt, isotonic: fitIsotonic } as const;
const MOST_FOLDS = 10;

/**
 * Fits Platt's and isotonic calibration, and takes the one with the lower log loss by cross-validation, grouped by patient;
 * that one is then fitted to all cases, unless a method is given. Isotonic regression can follow any shape and needs many cases for it; Platt's
 * two numbers are learnt from few.
 */
export function chooseCalibration(
  { logits, labels, patients }: ScoredCases,
  { seed, method: given }: { seed: number; method?: keyof typeof METHODS | undefined },
): ChosenCalibration {
  const members: Member[] = patients.map((patient, i) => ({ patient, label: labels[i]! }));
  const patientsOf = (label: number) => new Set(patients.filter((_, i) => labels[i] === label)).size;
  const folds = Math.max(2, Math.min(MOST_FOLDS, patientsOf(0), patientsOf(1)));
  const dealt = dealFolds(members, folds, seed);
  const quality = (method: keyof typeof METHODS) => {
    const probabilities = new Float64Array(labels.length);
    for (let fold = 0; fold < folds; fold++) {
      const others = [...labels.keys()].filter((row) => dealt[row] !== fold);
      const map = METHODS[method](
        others.map((row) => logits[row]!),
        Uint8Array.from(others, (row) => labels[row]!),
      );
      for (const row of labels.keys()) {
        if (dealt[row] === fold) probabilities[row] = calibrate(map, logits[row]!);
      }
    }
    return qualityOf(probabilities, labels);
  };
  const after = { platt: quality("platt"), isotonic: quality("isotonic") };
  const chosen = given ?? (after.isotonic.logLoss < after.platt.logLoss ? "isotonic" : "platt");
  const sigmoid = { method: "platt", slope: 1, intercept: 0 } as const;
  const plain = logits.map((logit) => calibrate(sigmoid, logit));
  return { map: METHODS[chosen](logits, labels), folds, before: qualityOf(plain, labels), after };
}

function qualityOf(probabilities: ArrayLike<number>, labels: Uint8Array): CalibrationQuality {
  return {
    logLoss: logLoss(probabilities, labels),
    brier: brierScore(probabilities, labels),
    expectedCalibrationError: expectedCalibrationError(probabilities, labels),
  };
}
