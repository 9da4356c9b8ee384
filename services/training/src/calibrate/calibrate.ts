import { atPrevalence, type CalibrationMap, calibrate as calibrated } from "@redspot/model";
import { areaUnderCurve } from "@redspot/statistics";
import { operatingPointAt } from "../statistics/roc.ts";
import { readTraining } from "../train/training-file.ts";
import { TrainingError } from "../training-error.ts";
import { readCases, writeWorkFile } from "../work-folder.ts";
import { CALIBRATION_FILE, type CalibrationFile } from "./calibration-file.ts";
import { chooseCalibration } from "./choose-calibration.ts";
import { type CutOffRule, chooseCutOff } from "./cut-off.ts";
import { type Band, bandReaching, chooseBand, shareWithin } from "./inconclusive-band.ts";
import { scoreCases } from "./score-cases.ts";

/** How the inconclusive band is chosen. */
export type BandRule =
  | { readonly by: "none" }
  | { readonly by: "share"; readonly share: number }
  | { readonly by: "demand"; readonly sensitivity: number; readonly specificity: number };

export interface CalibrateOptions {
  /** A rule by cost goes by the site's prevalence, or where that is not given by that of the cases. */
  readonly cutOff: Exclude<CutOffRule, { by: "cost" }> | { readonly by: "cost"; readonly demanded: number };
  readonly band: BandRule;
  /** The part of the site's lateral wrists that show a fracture; left out, probabilities are those of the cases' mix. */
  readonly prevalence?: number | undefined;
  /** Which calibration; left out, the better one by cross-validation. */
  readonly method?: "platt" | "isotonic" | undefined;
  /**
   * On which cases: the validation part; or the training part by cross-validation, each case scored by a head that was trained as
   * the head was, on other patients. That takes as long as training that often, and calibrates on eight times as many cases.
   * By default the validation part.
   */
  readonly on?: "validation" | "cross-validation";
  /** Heads that are trained at once for it; one by default. */
  readonly threads?: number;
  /** Seed of folds and resamples. */
  readonly seed: number;
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Calibrates the head on cases that it has not learnt from, chooses cut-off and inconclusive band on them, and writes
 * `calibration.json`. The testing part and the final set stay unseen.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID, PART_EMPTY, ONE_CLASS_ONLY, TOO_FEW_CASES,
 * TRAINING_DIVERGED, HEAD_USELESS, CUT_OFF_UNREACHABLE, BAND_UNREACHABLE, DISK_FULL
 */
export async function calibrate(work: string, options: CalibrateOptions): Promise<CalibrationFile> {
  const { seed, prevalence: site, on = "validation", threads = 1 } = options;
  const [{ headSha256 }, { cases }] = await Promise.all([readTraining(work), readCases(work)]);
  const patients = new Map(cases.map(({ id, patient }) => [id, patient]));
  const patientOf = (id: string) => patients.get(id)!;
  const { ids, labels, ...scored } = await scoreCases(work, { ...options, on, threads, patientOf });
  // To six decimals: what is written down is what everything is computed from.
  const logits = Array.from(scored.logits, (logit) => Math.round(logit * 1e6) / 1e6);
  demandDiscrimination(logits, labels);

  const { map, ...quality } = chooseCalibration(
    { logits, labels, patients: ids.map(patientOf) },
    { seed, method: options.method },
  );
  if (map.method === "platt" && !(map.slope > 0)) throw useless(areaUnderCurve(logits, labels).value);
  const n = labels.length;
  const training = labels.reduce((sum, label) => sum + label, 0) / n;
  const shift = site === undefined ? undefined : { training, site };
  const calibration: CalibrationMap = { ...map, ...(shift ? { prevalence: shift } : {}) };
  const probabilities = logits.map((logit) => calibrated(calibration, logit));

  const rule: CutOffRule =
    options.cutOff.by === "cost" ? { ...options.cutOff, prevalence: site ?? training } : options.cutOff;
  const { value, interval } = chooseCutOff(rule, probabilities, labels, { seed });
  const { band, chosenBy } = choose(options.band, value, probabilities, labels);

  const told = `${n} cases of the ${on === "validation" ? "validation part" : "training part, by cross-validation"}`;
  const back = (p: number) => (shift ? atPrevalence(p, { training: shift.site, site: shift.training }) : p);
  const { sensitivity, specificity } = operatingPointAt(value, probabilities, labels);
  const file: CalibrationFile = {
    format: "redspot-calibration/1",
    headSha256,
    seed,
    calibration: { ...calibration, n, fittedOn: told },
    cutOff: {
      value,
      chosenBy: rule.by,
      ...("demanded" in rule ? { demanded: rule.demanded } : {}),
      interval,
      chosenOn: told,
    },
    inconclusiveBand: { ...band, chosenBy: `${chosenBy} ${told}` },
    atTrainingPrevalence: { cutOff: back(value), low: back(band.low), high: back(band.high) },
    prevalence: { training, site: site ?? null },
    quality,
    found: {
      sensitivity,
      specificity,
      inconclusive: shareWithin(band, probabilities),
      outsideBand: outside(band, value, probabilities, labels),
    },
    scores: { ids: [...ids], logits, fracture: Array.from(labels, (label) => (label === 1 ? 1 : 0)) },
  };
  await writeWorkFile(work, CALIBRATION_FILE, file);
  return file;
}

function choose(
  rule: BandRule,
  cutOff: number,
  probabilities: number[],
  labels: Uint8Array,
): { band: Band; chosenBy: string } {
  switch (rule.by) {
    case "none":
      return { band: { low: cutOff, high: cutOff }, chosenBy: "no band was asked for; the cut-off was chosen on" };
    case "share":
      return {
        band: chooseBand(cutOff, probabilities, rule.share),
        chosenBy: `the ${100 * rule.share} % closest to the cut-off in log odds, of`,
      };
    case "demand":
      return {
        band: bandReaching(rule, cutOff, probabilities, labels),
        chosenBy: `outside it sensitivity at least ${rule.sensitivity} and specificity at least ${rule.specificity}, on`,
      };
  }
}

/** Sensitivity and specificity of the answers that are given. */
function outside({ low, high }: Band, cutOff: number, probabilities: readonly number[], labels: Uint8Array) {
  const rows = [...labels.keys()].filter((row) => !(probabilities[row]! >= low && probabilities[row]! < high));
  const answered = Uint8Array.from(rows, (row) => labels[row]!);
  if (!answered.includes(0) || !answered.includes(1)) {
    throw new TrainingError(
      "BAND_UNREACHABLE",
      "The inconclusive band would take in every case with, or every case without a fracture: choose a narrower one.",
    );
  }
  const { sensitivity, specificity } = operatingPointAt(
    cutOff,
    rows.map((row) => probabilities[row]!),
    answered,
  );
  return { sensitivity, specificity };
}

/** A head that puts fractures below the others, or all cases in one place, cannot be calibrated into one that is of use. */
function demandDiscrimination(logits: readonly number[], labels: Uint8Array): void {
  const { value } = areaUnderCurve(logits, labels);
  if (!(value > 0.5)) throw useless(value);
}

const useless = (area: number) =>
  new TrainingError(
    "HEAD_USELESS",
    `The head does not tell fractures from other cases of the validation part (area under the ROC curve ${area.toFixed(3)}). ` +
      "Look at the curves in head/training.json and at the labels on the contact sheet, and train again.",
  );
