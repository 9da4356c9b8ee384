/** For the tests: a report's content, made up. */
import { areaUnderCurve, wilson } from "@redspot/statistics";
import { predictiveValuesAt } from "../statistics/predictive-values.ts";
import { operatingPointAt } from "../statistics/roc.ts";
import { drawInput } from "../test-support.ts";
import type { ReportContent } from "./report-content.ts";

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

/** Fifty cases of either class, most of them told right. */
export function sampleContent(rest: Partial<ReportContent> = {}): ReportContent {
  const fracture = Array.from({ length: 100 }, (_, i) => i % 2);
  const logits = fracture.map((label, i) => (label === 1 ? 1.5 : -1.5) + 3 * Math.sin(i * 12.9898));
  const labels = Uint8Array.from(fracture);
  const { sensitivity, specificity } = operatingPointAt(0.5, logits.map(sigmoid), labels);
  const auc = areaUnderCurve(logits, labels);
  const subgroup = { fractures: 30, noFractures: 28, auc, sensitivity, specificity };
  return {
    madeAt: "2026-01-02T03:04:05.000Z",
    softwareVersion: "0.1.0",
    seed: 1,
    synthetic: false,
    source: "a folder of images and a label file",
    flow: undefined,
    kept: 1489,
    excluded: [{ reason: "plaster cast", count: 12 }],
    parts: {
      training: { cases: 1111, fractures: 556 },
      validation: { cases: 139, fractures: 70 },
      testing: { cases: 139, fractures: 69 },
      final: { cases: 100, fractures: 50 },
    },
    trainingImages: 8888,
    asPublished: false,
    leaks: 0,
    backbone: { name: "inception-v3-test", sha256: "a".repeat(64) },
    preprocessingVersion: "1",
    engine: "onnxruntime 1.0.0 (cpu)",
    training: [["Learning rate", "0.02"]],
    curves: Array.from({ length: 100 }, (_, i) => ({
      iteration: 200 * i,
      training: { accuracy: 0.95 - 0.4 * Math.exp(-i / 10), crossEntropy: 0.15 + 0.5 * Math.exp(-i / 10) },
      validation: { accuracy: 0.9 - 0.35 * Math.exp(-i / 10), crossEntropy: 0.25 + 0.4 * Math.exp(-i / 10) },
    })),
    calibration: { method: "platt", slope: 1, intercept: 0, n: 139, fittedOn: "139 cases of the validation part" },
    cutOff: {
      value: 0.5,
      chosenBy: "youden",
      interval: { low: 0.41, high: 0.62, method: "bootstrap" },
      chosenOn: "139 cases of the validation part",
    },
    band: { low: 0.4, high: 0.6, chosenBy: "the 10 % closest to the cut-off in log odds" },
    evaluation: {
      format: "redspot-evaluation/1",
      evaluatedAt: "2026-01-02T03:00:00.000Z",
      part: "final",
      headSha256: "b".repeat(64),
      calibrationSha256: "c".repeat(64),
      fractures: 50,
      noFractures: 50,
      auc,
      sensitivity,
      specificity,
      inconclusive: wilson(8, 100),
      conclusive: { sensitivity, specificity },
      predictiveValues: {
        prevalence: 0.2,
        ...predictiveValuesAt(0.2, { truePositives: 44, falseNegatives: 6, trueNegatives: 43, falsePositives: 7 }),
      },
      brier: 0.1,
      crossEntropy: 0.3,
      expectedCalibrationError: 0.04,
      subgroups: [
        { attribute: "sex", value: "F", ...subgroup, tooFew: false },
        { attribute: "sex", value: "M", ...subgroup, fractures: 4, tooFew: true },
      ],
      shortcuts: [
        {
          name: "image size",
          meaning: "images come from other machines",
          auc: { value: 0.53, low: 0.42, high: 0.64, n: 100, method: "DeLong" },
          asGood: false,
          modelBetterBy: { difference: 0.4, low: 0.28, high: 0.52, p: 0.00001 },
        },
      ],
      retest: [{ change: "3 pixels down", n: 50, meanDifference: 0.02, largestDifference: 0.2, answersChanged: 1 }],
      finalSetUses: { evaluations: 2, models: 2 },
      warnings: ["1 of 2 subgroups have too few cases to say anything."],
      scores: { ids: fracture.map(() => "d".repeat(32)), logits, fracture },
    },
    filters: Array.from({ length: 32 }, (_, k) => Float32Array.from({ length: 27 }, (_, i) => Math.sin(k + i))),
    shown: [
      {
        why: "worst",
        label: "fracture",
        probability: 0.03,
        pixels: drawInput(1),
        activationMap: Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)),
      },
    ],
    ...rest,
  };
}
