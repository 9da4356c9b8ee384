import { progressOn } from "@redspot/runtime";
import type { Command } from "commander";
import { importWeights } from "../weights/import-weights.ts";
import { OFFICIAL_MD5 } from "../weights/keras-file.ts";

const STAGES = { import: "Importing the weights", proof: "Proving them against Keras" };

async function run({ keras, cache }: { keras: string; cache: string }): Promise<void> {
  const progress = progressOn(process.stderr);
  const imported = await importWeights({
    file: keras,
    cacheDir: cache,
    onProgress: (stage, done, of) => progress.show(STAGES[stage], done, of),
  }).finally(() => progress.end());
  const { backbone, md5, official, difference } = imported;
  const origin = official
    ? "The official ImageNet weights of Keras Applications."
    : `NOT the official file of Keras Applications: its MD5 is ${md5}, the official one's ${OFFICIAL_MD5}.`;
  process.stdout.write(`
${origin}
Features of two test images agree with Keras' own graph to ${difference.toExponential(1)} of the largest.
Backbone ${backbone.name}, SHA-256 ${backbone.sha256}
Train on it: redspot-train features --backbone ${backbone.sha256}
`);
}

/** Adds `weights import`. */
export function addWeights(program: Command): void {
  program
    .command("weights")
    .description("backbones other than the one that comes with Redspot")
    .command("import")
    .description(
      "Makes a backbone of the ImageNet weights of Keras (HDF5) and proves it: known images go through it and through " +
        "Keras' own graph, and the features must agree.",
    )
    .requiredOption("--keras <file>", "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5")
    .option("--cache <folder>", "where backbones are kept", ".cache")
    .action(run);
}
