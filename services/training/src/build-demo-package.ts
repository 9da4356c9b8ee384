import { ensureBackbone, FEATURE_COUNT, openEngine, type PackageContent } from "@redspot/model";
import manifest from "../package.json" with { type: "json" };
import { type PartSizes, planCases } from "./case-plan.ts";
import { describeDemonstration } from "./demonstration-package.ts";
import { extractFeatures } from "./extract-features.ts";
import { PAPER_OPTIONS } from "./train/head-options.ts";
import type { Schedule } from "./train/schedule.ts";
import { trainHead } from "./train/train-head.ts";

export interface BuildOptions {
  readonly sizes: PartSizes;
  readonly seed: number;
  readonly schedule: Schedule;
  readonly cacheDir: string;
  /** Threads that make phantoms; the network has one beside them. */
  readonly threads: number;
  readonly onProgress?: (stage: "backbone" | "phantoms" | "training", done: number, of: number) => void;
}

/** Makes phantoms, takes their features, trains, calibrates and evaluates: the same options give the same content. */
export async function buildDemoPackage(options: BuildOptions): Promise<PackageContent> {
  const { sizes, seed, schedule, cacheDir, threads, onProgress } = options;
  const backbone = await ensureBackbone({ cacheDir, onProgress: (done, of) => onProgress?.("backbone", done, of) });
  // The trainer has no head yet: it takes the features and leaves the logits.
  const none = { weights: new Float32Array(FEATURE_COUNT), bias: 0 };
  const engine = await openEngine({
    engine: "onnxruntime",
    device: "cpu",
    threads: 1,
    backbonePath: backbone.path,
    head: none,
  });
  try {
    const plan = planCases(sizes, seed);
    const cases = await extractFeatures(plan, {
      engine,
      inputScaling: backbone.inputScaling,
      threads,
      onProgress: (done) => onProgress?.("phantoms", done, plan.length),
    });
    const { head } = await trainHead({
      training: cases.training,
      options: { ...PAPER_OPTIONS, schedule },
      seed,
      onProgress: (iterations) => onProgress?.("training", iterations, schedule.iterations),
    });
    const softwareVersion = manifest.version;
    return describeDemonstration({ cases, head, backbone, engine, schedule, seed, softwareVersion });
  } finally {
    await engine.close();
  }
}
