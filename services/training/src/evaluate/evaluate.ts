import { type CalibrationMap, calibrate, type Engine, type Head, type InputScaling } from "@redspot/model";
import { areaUnderCurve, wilson } from "@redspot/statistics";
import { expectedCalibrationError } from "../statistics/calibration-error.ts";
import { predictiveValuesAt } from "../statistics/predictive-values.ts";
import { brierScore, logLoss } from "../statistics/proper-scores.ts";
import { operatingPointAt } from "../statistics/roc.ts";
import { logitsOf } from "../train/logits.ts";
import { TrainingError } from "../training-error.ts";
import {
  type Case,
  FILES,
  openFeatures,
  readCases,
  readInput,
  readSplit,
  type Split,
  writeWorkFile,
} from "../work-folder.ts";
import { EVALUATION_FILE, type Evaluation } from "./evaluation-file.ts";
import { compareWithInService, type InServiceOptions } from "./in-service.ts";
import { retest } from "./retest.ts";
import { ShortcutTrial } from "./shortcuts.ts";
import { subgroupsOf } from "./subgroups.ts";
import { warningsOf } from "./warnings.ts";

/** What is evaluated. */
export interface TrainedModel {
  readonly head: Head;
  readonly headSha256: string;
  readonly calibration: CalibrationMap;
  readonly calibrationSha256: string;
  readonly cutOff: number;
  readonly band: { readonly low: number; readonly high: number };
}

export interface EvaluationOptions {
  readonly part: "testing" | "final";
  /** Of the patients where the model will serve; the calibration's, or else that of the cases, where left out. */
  readonly prevalence?: number | undefined;
  /** With the head that is evaluated; left out, nothing is tested again. */
  readonly retesting?: { readonly engine: Engine; readonly inputScaling: InputScaling; readonly cases: number };
  readonly inService?: Omit<InServiceOptions, "onProgress"> | undefined;
  readonly now: () => Date;
  readonly onProgress?: (stage: "shortcuts" | "retest" | "in service", done: number, of: number) => void;
}

/**
 * Evaluates a trained model on a part that it has not seen, and writes `evaluation.json`. A use of the final set is noted
 * in `split.json` before any figure is known.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID, EVALUATION_IMPOSSIBLE
 */
export async function evaluate(work: string, model: TrainedModel, options: EvaluationOptions): Promise<Evaluation> {
  const { part, onProgress } = options;
  const [{ cases: all }, split, features] = await Promise.all([readCases(work), readSplit(work), openFeatures(work)]);
  const tested = await features.part(part);
  const fractures = tested.labels.reduce((sum, label) => sum + label, 0);
  const noFractures = tested.labels.length - fractures;
  if (Math.min(fractures, noFractures) < 2) {
    throw new TrainingError(
      "EVALUATION_IMPOSSIBLE",
      `The ${part} part has ${fractures} cases with and ${noFractures} without a fracture, and two of each are the least. ` +
        "Collect more cases, or split with a larger part (redspot-train split --help).",
    );
  }
  const evaluatedAt = options.now().toISOString();
  const uses = part === "final" ? await noteUse(work, split, { evaluatedAt, headSha256: model.headSha256 }) : undefined;

  const known = new Map(all.map((one) => [one.id, one]));
  const cases = tested.ids.map((id) => known.get(id)!);
  const logits = Array.from(logitsOf(model.head, tested.features), (logit) => Math.round(logit * 1e6) / 1e6);
  const figures = figuresOf(model, { cases, logits, labels: tested.labels, prevalence: options.prevalence });

  const trial = await tryShortcuts(work, split, known, tested.ids, (done, of) => onProgress?.("shortcuts", done, of));
  const inputs = async function* (ids: readonly string[]) {
    for (const id of ids) yield await readInput(work, id);
  };
  const { retesting, inService } = options;
  const again = retesting
    ? await retest(await Array.fromAsync(inputs(spread(tested.ids, retesting.cases))), {
        ...retesting,
        calibrate: (logit) => calibrate(model.calibration, logit),
        cutOff: model.cutOff,
        onProgress: (done, of) => onProgress?.("retest", done, of),
      })
    : [];
  const answers = { logits, positive: logits.map((logit) => calibrate(model.calibration, logit) >= model.cutOff) };
  const comparison = inService && {
    inService: await compareWithInService(inputs(tested.ids), tested.labels, answers, {
      ...inService,
      onProgress: (done, of) => onProgress?.("in service", done, of),
    }),
  };

  const evaluation: Omit<Evaluation, "warnings"> = {
    format: "redspot-evaluation/1",
    evaluatedAt,
    part,
    headSha256: model.headSha256,
    calibrationSha256: model.calibrationSha256,
    fractures,
    noFractures,
    ...figures,
    shortcuts: trial.compareWith(logits),
    retest: again,
    ...comparison,
    ...(uses ? { finalSetUses: uses } : {}),
    scores: { ids: [...tested.ids], logits, fracture: [...tested.labels] },
  };
  const leaks = split.findings.filter(({ parts: [a, b] }) => a !== b).length;
  const facts = { asPublished: split.asPublished, leaks };
  const whole: Evaluation = { ...evaluation, warnings: warningsOf(evaluation, facts) };
  await writeWorkFile(work, EVALUATION_FILE, whole);
  return whole;
}

interface Tested {
  readonly cases: readonly Case[];
  readonly logits: readonly number[];
  readonly labels: Uint8Array;
  readonly prevalence: number | undefined;
}

/** Every figure that follows from the cases' logits alone. */
function figuresOf({ calibration, cutOff, band }: TrainedModel, { cases, logits, labels, prevalence }: Tested) {
  const probabilities = logits.map((logit) => calibrate(calibration, logit));
  const { sensitivity, specificity } = operatingPointAt(cutOff, probabilities, labels);
  const within = probabilities.map((p) => p >= band.low && p < band.high);
  const outside = [...labels.keys()].filter((row) => !within[row]);
  const clear = {
    scores: outside.map((row) => probabilities[row]!),
    labels: Uint8Array.from(outside, (row) => labels[row]!),
  };
  const bothClear = clear.labels.includes(0) && clear.labels.includes(1);
  const conclusive = bothClear ? operatingPointAt(cutOff, clear.scores, clear.labels) : undefined;

  const truePositives = Math.round(sensitivity.value * sensitivity.n);
  const trueNegatives = Math.round(specificity.value * specificity.n);
  const share = sensitivity.n / labels.length;
  const at = prevalence ?? calibration.prevalence?.site ?? share;
  const counts = {
    truePositives,
    falseNegatives: sensitivity.n - truePositives,
    trueNegatives,
    falsePositives: specificity.n - trueNegatives,
  };
  // What came can only be held to what was promised for cases like these.
  const { prevalence: _, ...fitted } = calibration;
  const promised = logits.map((logit) => calibrate(fitted as CalibrationMap, logit));
  return {
    auc: areaUnderCurve(logits, labels),
    sensitivity,
    specificity,
    inconclusive: wilson(within.filter(Boolean).length, within.length),
    ...(conclusive ? { conclusive: { sensitivity: conclusive.sensitivity, specificity: conclusive.specificity } } : {}),
    predictiveValues: { prevalence: at, ...predictiveValuesAt(at, counts) },
    brier: brierScore(promised, labels),
    crossEntropy: logLoss(promised, labels),
    expectedCalibrationError: expectedCalibrationError(promised, labels),
    subgroups: subgroupsOf({ cases, probabilities, cutOff }),
  };
}

/** Notes a use of the final set, and says how many there have been by now, of how many heads. */
async function noteUse(work: string, split: Split, use: Split["finalUses"][number]) {
  const finalUses = [...split.finalUses, use];
  await writeWorkFile(work, FILES.split, { ...split, finalUses });
  return { evaluations: finalUses.length, models: new Set(finalUses.map(({ headSha256 }) => headSha256)).size };
}

async function tryShortcuts(
  work: string,
  split: Split,
  known: ReadonlyMap<string, Case>,
  tested: readonly string[],
  onProgress: (done: number, of: number) => void,
): Promise<ShortcutTrial> {
  // Split as published, members are images of a case: the case is what counts.
  const training = [...new Set(split.parts.training.map((member) => member.slice(0, 32)))];
  const trial = new ShortcutTrial();
  const todo = [...training.map((id) => ["training", id] as const), ...tested.map((id) => ["tested", id] as const)];
  for (const [at, [role, id]] of todo.entries()) {
    trial.add(role, { it: known.get(id)!, pixels: await readInput(work, id) });
    onProgress(at + 1, todo.length);
  }
  return trial;
}

/** So many of them, evenly spread. */
function spread<T>(all: readonly T[], wanted: number): T[] {
  const count = Math.min(wanted, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}
