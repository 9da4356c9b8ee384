#!/usr/bin/env node
import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addCalibrate } from "./commands/calibrate.ts";
import { addCollect } from "./commands/collect.ts";
import { addDemoPackage } from "./commands/demo-package.ts";
import { addFeatures } from "./commands/features.ts";
import { addOptimism } from "./commands/optimism.ts";
import { addSplit } from "./commands/split.ts";
import { addTrain } from "./commands/train.ts";
import { addWeights } from "./commands/weights.ts";
import { TrainingError } from "./training-error.ts";

const program = new Command("redspot-train")
  .description(
    "Makes a Redspot model package from a department's own lateral wrist radiographs. Each step writes into the work " +
      "folder what the next one reads, and goes on where it was stopped.",
  )
  .version(manifest.version);
addCollect(program);
addSplit(program);
addFeatures(program);
addOptimism(program);
addTrain(program);
addCalibrate(program);
addDemoPackage(program);
addWeights(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof TrainingError)) throw error;
  process.stderr.write(`\nredspot-train: ${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
