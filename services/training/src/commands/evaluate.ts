import { availableParallelism } from "node:os";
import { ensureBackbone, openEngine } from "@redspot/model";
import { progressOn } from "@redspot/runtime";
import type { Command } from "commander";
import { evaluate } from "../evaluate/evaluate.ts";
import type { Evaluation } from "../evaluate/evaluation-file.ts";
import { figure, pValue } from "../report/words.ts";
import { readTrainedModel } from "../trained-model.ts";
import { DEFAULT_WORK, real, whole } from "./options.ts";

interface EvaluateCommandOptions {
  work: string;
  final: boolean;
  prevalence?: number;
  inService?: string;
  retest: number;
  cache: string;
  threads: number;
}

const STAGES = { shortcuts: "Shortcuts", retest: "Test and retest", "in service": "The package in service" };

async function run({
  work,
  final,
  prevalence,
  inService,
  retest,
  cache,
  threads,
}: EvaluateCommandOptions): Promise<void> {
  const { model, training } = await readTrainedModel(work);
  const backbone = await ensureBackbone({ cacheDir: cache, sha256: training.backbone.sha256 });
  const engine = await openEngine({
    engine: "onnxruntime",
    device: "cpu",
    threads,
    backbonePath: backbone.path,
    head: model.head,
  });
  const progress = progressOn(process.stderr);
  try {
    const evaluation = await evaluate(work, model, {
      part: final ? "final" : "testing",
      prevalence,
      ...(retest > 0 ? { retesting: { engine, inputScaling: backbone.inputScaling, cases: retest } } : {}),
      inService: inService === undefined ? undefined : { folder: inService, cacheDir: cache, threads },
      now: () => new Date(),
      onProgress: (stage, done, of) => progress.show(STAGES[stage], done, of),
    });
    progress.end();
    process.stdout.write(describe(evaluation));
  } finally {
    progress.end();
    await engine.close();
  }
}

function describe(evaluation: Evaluation): string {
  const { part, fractures, noFractures, predictiveValues, shortcuts, inService, finalSetUses, warnings } = evaluation;
  const lines = [
    ...warnings.map((warning) => `! ${warning}`),
    `On ${fractures} cases with and ${noFractures} without a fracture, ${part} part (95 % intervals):`,
    `  area under the ROC curve   ${figure(evaluation.auc, 3)}`,
    `  sensitivity                ${figure(evaluation.sensitivity, 3)}`,
    `  specificity                ${figure(evaluation.specificity, 3)}`,
    `  positive predictive value  ${figure(predictiveValues.positive, 3)}   where ${100 * predictiveValues.prevalence} % have a fracture`,
    `  negative predictive value  ${figure(predictiveValues.negative, 3)}`,
    `  inconclusive               ${figure(evaluation.inconclusive, 3)}`,
    "What the data alone tell (area):",
    ...shortcuts.map(({ name, auc, asGood }) => `  ${name.padEnd(26)} ${figure(auc, 3)}${asGood ? "   A LEAK" : ""}`),
  ];
  if (inService) {
    const { difference, low, high, p } = inService.newBetterBy;
    lines.push(
      `Better than ${inService.name} ${inService.version}, which is in service, by ${figure({ value: difference, low, high }, 3)}, ${pValue(p)}`,
    );
  }
  if (finalSetUses) lines.push(`The final set has been used ${finalSetUses.evaluations} time(s) by now.`);
  return `${lines.join("\n")}\n`;
}

export function addEvaluate(program: Command): void {
  program
    .command("evaluate")
    .description(
      "Evaluates the trained and calibrated head: figures with their intervals, by subgroup, beside shortcuts that need no bones, " +
        "and under changes that no reader would call a difference.",
    )
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option("--final", "on the final set, which is meant to be used once: every use is noted", false)
    .option(
      "--prevalence <share>",
      "part of the patients with a fracture where it will serve (default: the calibration's)",
      real(0, 1),
    )
    .option("--in-service <package>", "model package to compare with, on the same cases")
    .option("--retest <cases>", "cases that are tested again under small changes; 0 for none", whole(0), 50)
    .option("--cache <folder>", "where backbones are kept", ".cache")
    .option("--threads <count>", "threads of the network", whole(1), availableParallelism())
    .action(run);
}
