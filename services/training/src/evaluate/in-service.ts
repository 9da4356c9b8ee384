import { ensurePackageBackbone, loadModelPackage, openEngine } from "@redspot/model";
import { PREPROCESSING_VERSION, toThreeChannels } from "@redspot/pixels";
import { areaUnderCurve, compareAreas, mcNemar } from "@redspot/statistics";
import type { InServiceResult } from "./evaluation-file.ts";

export interface Answers {
  /** Logits, case by case; any order of probabilities would do, as calibration keeps it. */
  readonly logits: readonly number[];
  /** Whether the answer is "fracture". */
  readonly positive: readonly boolean[];
}

export interface InServiceOptions {
  /** Folder of the package that is in service now. */
  readonly folder: string;
  readonly cacheDir: string;
  readonly threads: number;
  readonly onProgress?: (done: number, of: number) => void;
}

const BATCH = 8;

/**
 * Lets the package in service answer the same cases, from their model inputs, and compares: areas by DeLong's test for
 * correlated curves, answers by McNemar's.
 *
 * @param inputs the cases' model inputs, one after the other
 * @throws {ModelError} what loading a package throws
 */
export async function compareWithInService(
  inputs: AsyncIterable<Float32Array>,
  labels: Uint8Array,
  answers: Answers,
  { folder, cacheDir, threads, onProgress }: InServiceOptions,
): Promise<InServiceResult> {
  const { manifest, packageHash, head, calibrate } = await loadModelPackage(folder, {
    expectedPreprocessingVersion: PREPROCESSING_VERSION,
  });
  const backbone = await ensurePackageBackbone(manifest, { cacheDir });
  const engine = await openEngine({
    engine: "onnxruntime",
    device: "cpu",
    threads,
    backbonePath: backbone.path,
    head,
  });
  const logits: number[] = [];
  try {
    const score = async (batch: readonly { pixels: Float32Array }[]) => {
      const { logits: scored } = await engine.run(toThreeChannels(batch, backbone.inputScaling), batch.length);
      logits.push(...scored);
      onProgress?.(logits.length, labels.length);
    };
    let batch: { pixels: Float32Array }[] = [];
    for await (const pixels of inputs) {
      if (batch.push({ pixels }) < BATCH) continue;
      await score(batch);
      batch = [];
    }
    if (batch.length > 0) await score(batch);
  } finally {
    await engine.close();
  }
  const positive = logits.map((logit) => calibrate(logit) >= manifest.cutOff.value);
  const { difference, low, high, p } = compareAreas(answers.logits, logits, labels);
  const right = (given: readonly boolean[], row: number) => given[row] === (labels[row] === 1);
  const rows = [...labels.keys()];
  const onlyNewRight = rows.filter((row) => right(answers.positive, row) && !right(positive, row)).length;
  const onlyInServiceRight = rows.filter((row) => !right(answers.positive, row) && right(positive, row)).length;
  return {
    name: manifest.name,
    version: manifest.version,
    packageHash,
    auc: areaUnderCurve(logits, labels),
    newBetterBy: { difference, low, high, p },
    onlyNewRight,
    onlyInServiceRight,
    p: mcNemar(onlyNewRight, onlyInServiceRight).midP,
  };
}
