import { type Backbone, calibrate, type Engine, type Head, type PackageContent } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { chooseBand, INCONCLUSIVE_SHARE, shareWithin } from "./calibrate/inconclusive-band.ts";
import type { Part } from "./case-plan.ts";
import { type Cases, viewsOf } from "./extract-features.ts";
import { areaUnderCurve } from "./statistics/area-under-curve.ts";
import { fitPlatt } from "./statistics/platt.ts";
import { operatingPointAt, youdenPoint } from "./statistics/roc.ts";
import { wilson } from "./statistics/wilson.ts";
import { logitsOf } from "./train/logits.ts";
import type { Schedule } from "./train/schedule.ts";
import { STANDARDISED_LENGTH } from "./train/standardisation.ts";

const PHANTOMS = "computer-drawn phantoms of lateral wrists (libs/phantom), not radiographs of people";

const STATEMENT =
  "For demonstration and testing only. Trained and tested on computer-drawn phantoms; it has never been shown a radiograph " +
  "of a person, and its figures say nothing about how it would do on one. It must not be used on patients.";

export interface Trained {
  readonly cases: Record<Part, Cases>;
  readonly head: Head;
  readonly backbone: Backbone;
  readonly engine: Pick<Engine, "name" | "version" | "device">;
  readonly schedule: Schedule;
  readonly seed: number;
  readonly softwareVersion: string;
}

/**
 * Calibrates a trained head, chooses its cut-off and inconclusive band, and evaluates it, each on cases that what came
 * before has not seen.
 */
export function describeDemonstration(trained: Trained): PackageContent {
  const { cases, head, backbone, engine, schedule, seed, softwareVersion } = trained;
  const fitted = scored(head, cases.calibration);
  const platt = fitPlatt(fitted.logits, fitted.labels);
  const probabilities = fitted.logits.map((logit) => calibrate(platt, logit));
  const { cutOff } = youdenPoint(probabilities, fitted.labels);
  const band = chooseBand(cutOff, probabilities);

  const tested = scored(head, cases.test);
  const testProbabilities = tested.logits.map((logit) => calibrate(platt, logit));
  const { sensitivity, specificity } = operatingPointAt(cutOff, testProbabilities, tested.labels);
  const fractures = count(tested.labels);
  const chosenOn = `${fitted.labels.length} ${PHANTOMS}, none of them trained on`;
  return {
    manifest: {
      name: "demonstration",
      version: "1.0.0",
      intendedUse: "demonstration",
      statement: STATEMENT,
      backbone: { name: backbone.name, sha256: backbone.sha256, inputScaling: backbone.inputScaling },
      preprocessingVersion: PREPROCESSING_VERSION,
      calibration: { ...platt, n: fitted.labels.length, fittedOn: chosenOn },
      cutOff: { value: cutOff, chosenBy: "youden", chosenOn },
      inconclusiveBand: {
        ...band,
        chosenBy: `the ${INCONCLUSIVE_SHARE * 100} % of those ${fitted.labels.length} phantoms closest to the cut-off in log odds`,
      },
      evaluation: {
        data: `${tested.labels.length} other ${PHANTOMS}. These figures are about drawings. They are no measure of clinical performance.`,
        part: "testing",
        fractures,
        noFractures: tested.labels.length - fractures,
        auc: areaUnderCurve(testProbabilities, tested.labels),
        sensitivity,
        specificity,
        inconclusive: shareWithin(band, testProbabilities),
        subgroups: [],
        shortcuts: [],
      },
      thresholds: [],
      provenance: {
        command: "npm run demo-package",
        softwareVersion,
        seed,
        phantoms: {
          training: cases.training.labels.length / viewsOf("training"),
          calibration: cases.calibration.labels.length,
          test: cases.test.labels.length,
        },
        augmentation: "each training phantom also flipped horizontally",
        engine: `${engine.name} ${engine.version} (${engine.device})`,
        schedule: { ...schedule, source: "Kim & MacKinnon 2017; the minibatch is our choice" },
        standardisation: `features centred and scaled to a mean squared length of ${STANDARDISED_LENGTH} to train, folded into the head`,
        sensitivityOnTestPhantomsBySeverity: sensitivityBySeverity(cases.test, testProbabilities, cutOff),
      },
    },
    head,
    scores: `${JSON.stringify({
      about: PHANTOMS,
      calibration: { logits: fitted.logits, fracture: [...fitted.labels] },
      test: { logits: tested.logits, fracture: [...tested.labels] },
    })}\n`,
  };
}

/** Logits to six decimals, which is what is written down and what every figure is computed from. */
function scored(head: Head, { features, labels }: Cases): { logits: number[]; labels: Uint8Array } {
  return { logits: Array.from(logitsOf(head, features), (logit) => Math.round(logit * 1e6) / 1e6), labels };
}

const count = (labels: Uint8Array) => labels.reduce((sum, label) => sum + label, 0);

/** How many fractures are found of those barely visible, moderate and gross, in thirds of the phantoms' scale of 0 to 1. */
function sensitivityBySeverity({ labels, severities }: Cases, probabilities: readonly number[], cutOff: number) {
  const thirds = {
    "0 to 1/3": [0, 1 / 3],
    "1/3 to 2/3": [1 / 3, 2 / 3],
    "2/3 to 1": [2 / 3, Number.POSITIVE_INFINITY],
  } as const;
  return Object.fromEntries(
    Object.entries(thirds).map(([name, [from, to]]) => {
      const within = probabilities.filter((_, i) => labels[i] === 1 && severities[i]! >= from && severities[i]! < to);
      const found = within.filter((probability) => probability >= cutOff).length;
      return [name, within.length === 0 ? null : wilson(found, within.length)];
    }),
  );
}
