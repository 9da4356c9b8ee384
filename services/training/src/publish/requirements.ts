import type { Threshold } from "@redspot/model";
import type { Evaluation } from "../evaluate/evaluation-file.ts";
import { TrainingError } from "../training-error.ts";

/** What can be demanded of an evaluation: at least so much. Of areas and proportions, of the lower end of the interval. */
const MEASURES: Record<string, (evaluation: Evaluation) => number> = {
  auc: ({ auc }) => auc.low,
  sensitivity: ({ sensitivity }) => sensitivity.low,
  specificity: ({ specificity }) => specificity.low,
  ppv: ({ predictiveValues }) => predictiveValues.positive.low,
  npv: ({ predictiveValues }) => predictiveValues.negative.low,
  "auc-value": ({ auc }) => auc.value,
  "sensitivity-value": ({ sensitivity }) => sensitivity.value,
  "specificity-value": ({ specificity }) => specificity.value,
  fractures: ({ fractures }) => fractures,
  "no-fractures": ({ noFractures }) => noFractures,
};

export const MEASURE_NAMES = Object.keys(MEASURES);

/** What a site asks for: by measure, the least. */
export type Requirements = Readonly<Record<string, number>>;

/**
 * Asked of a clinical package where the site asks for nothing else: as many cases as the paper had, and intervals that a
 * classifier as good as the paper's reaches on them.
 */
export const CLINICAL_REQUIREMENTS: Requirements = {
  auc: 0.85,
  sensitivity: 0.75,
  specificity: 0.7,
  fractures: 50,
  "no-fractures": 50,
};

/**
 * Reads a requirement such as `sensitivity=0.8`.
 *
 * @throws {TrainingError} OPTIONS_INVALID
 */
export function parseRequirement(text: string): Requirements {
  const [name = "", value = ""] = text.split("=");
  if (!(name in MEASURES) || value === "" || !Number.isFinite(Number(value))) {
    throw new TrainingError(
      "OPTIONS_INVALID",
      `${text} is no requirement: give measure=least, the measure being one of ${MEASURE_NAMES.join(", ")}.`,
    );
  }
  return { [name]: Number(value) };
}

/**
 * Holds an evaluation to what is required of it.
 *
 * @throws {TrainingError} REQUIREMENT_NOT_MET, naming every one
 */
export function demand(required: Requirements, evaluation: Evaluation): Threshold[] {
  const thresholds = Object.entries(required).map(([measure, demanded]) => ({
    measure,
    demanded,
    found: MEASURES[measure]!(evaluation),
  }));
  const missed = thresholds.filter(({ demanded, found }) => !(found >= demanded));
  if (missed.length === 0) return thresholds;
  const told = missed.map(
    ({ measure, demanded, found }) => `${measure} is ${round(found)}, and ${demanded} is required`,
  );
  throw new TrainingError(
    "REQUIREMENT_NOT_MET",
    `${told.join("; ")}. Of auc, sensitivity, specificity, ppv and npv the lower end of the 95 % interval counts: more cases ` +
      "narrow it. --require sets what your site asks for.",
  );
}

const round = (value: number) => Math.round(value * 1000) / 1000;
