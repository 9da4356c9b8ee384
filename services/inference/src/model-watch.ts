import type { EvaluationScores, ModelPackage } from "@redspot/model";
import type { WatchNote } from "@redspot/queue";
import {
  type ControlChart,
  calibrationZ,
  type Distance,
  kolmogorovSmirnov,
  movingShare,
  populationStability,
  type WeightedSample,
  weightedSample,
} from "@redspot/statistics";
import { type Finding, type ModelIdentity, outcomeAt } from "@redspot/triage";
import { type Origin, OTHER } from "./origin.ts";

/** What the package's own evaluation leads one to expect in the field. */
export interface Expectation {
  /** The evaluation's logits, weighed so that fractures are as frequent among them as they are expected to be. */
  scores: WeightedSample;
  /** The part of studies that is flagged then. */
  flagged: number;
}

/** So many of the latest studies are looked at, and with fewer than so many nothing is said. */
const WINDOW = 200;
const FEWEST = 50;

/**
 * What to expect; undefined where the evaluation has not both kinds of cases.
 *
 * @param prevalence of fractures among what is analysed; that of the evaluation itself where left out
 * @param isFlagged whether a study with such a logit is flagged
 */
export function expectationOf(
  { logits, fracture }: EvaluationScores,
  isFlagged: (logit: number) => boolean,
  prevalence?: number,
): Expectation | undefined {
  const fractures = fracture.filter(Boolean).length;
  if (fractures === 0 || fractures === fracture.length) return undefined;
  const expected = prevalence ?? fractures / fracture.length;
  const weights = fracture.map((is) => (is ? expected / fractures : (1 - expected) / (fracture.length - fractures)));
  const flagged = logits.reduce((sum, logit, index) => sum + (isFlagged(logit) ? weights[index]! : 0), 0);
  return { scores: weightedSample(logits, weights), flagged };
}

/** What a package's evaluation leads one to expect: at the prevalence given, else at the site's that it is calibrated to. */
export function expectationOfPackage(
  { scores, calibrate, manifest }: Pick<ModelPackage, "scores" | "calibrate" | "manifest">,
  identity: Pick<ModelIdentity, "cutOff" | "inconclusiveBand">,
  prevalence?: number,
): Expectation | undefined {
  return expectationOf(
    scores,
    (logit) => outcomeAt(calibrate(logit), identity) === "fracture",
    prevalence ?? manifest.calibration.prevalence?.site,
  );
}

/** What the watch keeps of a finding. */
export function watchNoteOf({ outcome, instances }: Finding, origin?: Origin): WatchNote {
  const logits = instances.flatMap((instance) => (instance.analysed ? [instance.logit] : []));
  return {
    outcome,
    ...(logits.length === 0 ? {} : { logit: Math.max(...logits) }),
    manufacturer: origin?.manufacturer ?? OTHER,
    site: origin?.site ?? OTHER,
  };
}

/** How the latest studies compare with what is expected. */
export interface WatchFigures {
  studies: number;
  /** The part of them that could not be analysed. */
  notAnalysed: number;
  /** Absent while there are too few. */
  scores?: { psi: Distance; ks: Distance; flagged: ControlChart };
}

/** Compares the latest studies, oldest first, with what is expected. */
export function watchFigures(notes: readonly WatchNote[], expectation?: Expectation): WatchFigures {
  const latest = notes.slice(-WINDOW);
  const scored = notes.filter((note) => note.logit !== undefined).slice(-WINDOW);
  const logits = scored.map(({ logit }) => logit!);
  const figures = {
    studies: latest.length,
    notAnalysed: latest.filter(({ outcome }) => outcome === "not-analysed").length / Math.max(1, latest.length),
  };
  if (expectation === undefined || logits.length < FEWEST) return figures;
  const { scores, flagged } = expectation;
  const answers = scored.map(({ outcome }) => outcome === "fracture");
  return {
    ...figures,
    scores: {
      psi: populationStability(scores, logits),
      ks: kolmogorovSmirnov(scores, logits),
      flagged: movingShare(answers, flagged, { from: scores.effectiveSize }),
    },
  };
}

/** What readers said about studies whose probability is known. */
export interface CalibrationFigures {
  verdicts: number;
  /** How many fractures the probabilities promise, and how many readers found. */
  promised: number;
  found: number;
  /** Spiegelhalter's; absent while there are too few verdicts. */
  z?: number;
}

/** Compares readers' verdicts with the probabilities that the model gave. */
export function calibrationFigures(
  verdicts: readonly { verdict: "fracture" | "no-fracture"; probability?: number | undefined }[],
): CalibrationFigures {
  const told = verdicts.filter((one): one is { verdict: "fracture" | "no-fracture"; probability: number } =>
    Number.isFinite(one.probability),
  );
  const came = told.map(({ verdict }) => verdict === "fracture");
  const probabilities = told.map(({ probability }) => probability);
  return {
    verdicts: told.length,
    promised: probabilities.reduce((sum, one) => sum + one, 0),
    found: came.filter(Boolean).length,
    ...(told.length < FEWEST ? {} : { z: calibrationZ(probabilities, came) }),
  };
}
