import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { calibrate, ensureBackbone, MAP_SIZE, openEngine, readFirstFilters } from "@redspot/model";
import { toThreeChannels } from "@redspot/pixels";
import { wordingOf } from "../collect/exclusion.ts";
import { readEvaluation } from "../evaluate/evaluation-file.ts";
import { isSynthetic } from "../synthetic.ts";
import type { Training } from "../train/training-file.ts";
import { readTrainedModel, type TrainedWork } from "../trained-model.ts";
import { TrainingError } from "../training-error.ts";
import {
  FILES,
  openFeatures,
  PARTS,
  type PartName,
  readCases,
  readInput,
  readSplit,
  writeWorkFile,
} from "../work-folder.ts";
import { chooseCases } from "./choose-cases.ts";
import { page } from "./page.ts";
import type { ReportContent, ShownCase } from "./report-content.ts";

export const REPORT_FILES = { page: "report.html", figures: "report.json" } as const;

export interface ReportOptions {
  readonly cacheDir: string;
  readonly threads: number;
  readonly softwareVersion: string;
  readonly now: () => Date;
}

/**
 * Writes `report.html`, one page that needs nothing else, and `report.json` with what it tells, but for the pictures.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID, EVALUATION_STALE
 */
export async function report(work: string, options: ReportOptions): Promise<void> {
  const content = await gather(work, options);
  const { filters: _, shown, flow: __, ...told } = content;
  const cases = shown.map(({ why, label, probability }) => ({ why, label, probability }));
  await writeWorkFile(work, REPORT_FILES.figures, { format: "redspot-report/1", ...told, shown: cases });
  await writeWorkFile(work, REPORT_FILES.page, page(content));
}

async function gather(
  work: string,
  { cacheDir, threads, softwareVersion, now }: ReportOptions,
): Promise<ReportContent> {
  const [cases, split, evaluation, trained, features, flow] = await Promise.all([
    readCases(work),
    readSplit(work),
    readEvaluation(work),
    readTrainedModel(work),
    openFeatures(work),
    readFile(join(work, FILES.flow), "utf8").catch(() => undefined),
  ]);
  const { model, training, calibration, cutOff, band } = trained;
  if (evaluation.headSha256 !== model.headSha256 || evaluation.calibrationSha256 !== model.calibrationSha256) {
    throw new TrainingError(
      "EVALUATION_STALE",
      "The head or its calibration is another than the one that was evaluated: run redspot-train evaluate again.",
    );
  }
  const backbone = await ensureBackbone({ cacheDir, sha256: training.backbone.sha256 });
  const fractured = new Map(cases.cases.map(({ id, label }) => [id, label === "fracture"]));
  const partOf = (name: PartName) => {
    const ids = [...new Set(split.parts[name].map((member) => member.slice(0, 32)))];
    return { cases: ids.length, fractures: ids.filter((id) => fractured.get(id)).length };
  };
  const reasons = [...Map.groupBy(cases.excluded, ({ reason }) => reason)];
  const { name, version, device } = features.rows.engine;
  return {
    madeAt: now().toISOString(),
    softwareVersion,
    seed: split.seed,
    synthetic: isSynthetic(cases),
    source: cases.source,
    flow,
    kept: cases.cases.length,
    excluded: reasons.map(([reason, all]) => ({ reason: wordingOf(reason), count: all.length })),
    parts: Object.fromEntries(PARTS.map((part) => [part, partOf(part)])) as ReportContent["parts"],
    trainingImages: training.cases.training.images,
    asPublished: split.asPublished,
    leaks: split.findings.filter(({ parts: [a, b] }) => a !== b).length,
    backbone: training.backbone,
    preprocessingVersion: training.preprocessingVersion,
    engine: `${name} ${version} (${device})`,
    training: tellTraining(training),
    curves: training.curve,
    calibration,
    cutOff,
    band,
    evaluation,
    filters: await readFirstFilters(backbone.path),
    shown: await showCases(work, trained, evaluation.scores, { backbone, threads }),
  };
}

function tellTraining({ options, iterations, kept, engine, seed, cases }: Training): (readonly [string, string])[] {
  const { schedule, dropout, l2, classWeights, earlyStopping } = options;
  const count = (n: number) => n.toLocaleString("en");
  return [
    ["Head", `${options.kind}, trained by stochastic gradient descent on the cross-entropy`],
    ["Images", `${count(cases.training.images)}, ${count(cases.training.fractures)} of them with a fracture`],
    [
      "Learning rate",
      `${schedule.initialLearningRate}, multiplied by ${schedule.decay} every ${count(schedule.decayEvery)} iterations`,
    ],
    [
      "Iterations",
      `${count(iterations)} of ${schedule.minibatch} images${kept === iterations ? "" : `; kept: ${count(kept)}`}`,
    ],
    ["Dropout, L2", `${dropout}, ${l2}`],
    ["Class weights", `fracture ${classWeights.fracture}, no fracture ${classWeights.noFracture}`],
    ["Early stopping", earlyStopping === null ? "none" : `after ${count(earlyStopping)} iterations without gain`],
    ["Mathematics", `${engine}, seed ${seed}`],
  ];
}

async function showCases(
  work: string,
  { model }: TrainedWork,
  { ids, logits, fracture }: { ids: string[]; logits: number[]; fracture: number[] },
  { backbone, threads }: { backbone: Awaited<ReturnType<typeof ensureBackbone>>; threads: number },
): Promise<ShownCase[]> {
  const probabilities = logits.map((logit) => calibrate(model.calibration, logit));
  const chosen = chooseCases(probabilities, Uint8Array.from(fracture), model.cutOff);
  const inputs = await Promise.all(chosen.map(({ row }) => readInput(work, ids[row]!)));
  const engine = await openEngine({
    engine: "onnxruntime",
    device: "cpu",
    threads,
    backbonePath: backbone.path,
    head: model.head,
  });
  try {
    const batch = toThreeChannels(
      inputs.map((pixels) => ({ pixels })),
      backbone.inputScaling,
    );
    const { activationMaps } = await engine.run(batch, inputs.length);
    return chosen.map(({ row, why }, at) => ({
      why,
      label: fracture[row] === 1 ? "fracture" : "no fracture",
      probability: probabilities[row]!,
      pixels: inputs[at]!,
      activationMap: activationMaps.slice(at * MAP_SIZE ** 2, (at + 1) * MAP_SIZE ** 2),
    }));
  } finally {
    await engine.close();
  }
}
