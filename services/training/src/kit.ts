import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addCalibrate } from "./commands/calibrate.ts";
import { addCollect } from "./commands/collect.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addFeatures } from "./commands/features.ts";
import { addOptimism } from "./commands/optimism.ts";
import { addPublish } from "./commands/publish.ts";
import { addReport } from "./commands/report.ts";
import { addSplit } from "./commands/split.ts";
import { addTrain } from "./commands/train.ts";
import { addWeights } from "./commands/weights.ts";

/** The steps of the kit, in their order, and what goes with them. */
export function kit(): Command {
  const program = new Command("redspot-train")
    .description(
      "Makes a Redspot model package from a department's own lateral wrist radiographs. Each step writes into the work " +
        "folder what the next one reads, and goes on where it was stopped.",
    )
    .version(manifest.version);
  const steps = [addCollect, addSplit, addFeatures, addTrain, addCalibrate, addEvaluate, addReport, addPublish];
  for (const add of [...steps, addOptimism, addWeights]) add(program);
  return program;
}
