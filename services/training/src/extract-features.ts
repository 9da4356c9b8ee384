import { type Engine, FEATURE_COUNT, INPUT_SIZE, type InputScaling } from "@redspot/model";
import { toThreeChannels } from "@redspot/pixels";
import { Piscina } from "piscina";
import type { CasePlan, Part } from "./case-plan.ts";
import type { PreparedCase } from "./prepare-case.ts";

/**
 * A part's cases: features row by row, labels, and how severe each fracture is (NaN where there is none). In the training
 * part each phantom comes twice, the second time flipped horizontally, as in Kim & MacKinnon 2017.
 */
export interface Cases {
  readonly features: Float32Array;
  readonly labels: Uint8Array;
  readonly severities: Float32Array;
}

export interface ExtractionOptions {
  readonly engine: Engine;
  readonly inputScaling: InputScaling;
  /** Threads that make and preprocess phantoms. */
  readonly threads: number;
  readonly onProgress?: (done: number) => void;
}

/**
 * Makes the planned cases and takes their pooled features by the engine that serves. Every case has its place by the
 * plan, so the result does not depend on which thread is faster.
 */
export async function extractFeatures(
  plan: readonly CasePlan[],
  { engine, inputScaling, threads, onProgress }: ExtractionOptions,
): Promise<Record<Part, Cases>> {
  const pool = new Piscina<CasePlan, PreparedCase>({
    filename: new URL("./prepare-case.ts", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
  });
  const parts = {
    training: room(plan, "training"),
    calibration: room(plan, "calibration"),
    test: room(plan, "test"),
  };
  const places = { training: 0, calibration: 0, test: 0 };
  let done = 0;
  try {
    await Promise.all(
      plan.map(async (one) => {
        const cases = parts[one.part];
        const place = places[one.part];
        places[one.part] += viewsOf(one.part);
        const { pixels, fracture } = await pool.run(one);
        const inputs = [{ pixels }, { pixels: flipHorizontally(pixels) }].slice(0, viewsOf(one.part));
        const { features } = await engine.run(toThreeChannels(inputs, inputScaling), inputs.length);
        cases.features.set(features, place * FEATURE_COUNT);
        cases.labels.fill(fracture ? 1 : 0, place, place + inputs.length);
        cases.severities.fill(fracture ? fracture.severity : Number.NaN, place, place + inputs.length);
        onProgress?.(++done);
      }),
    );
  } finally {
    await pool.destroy();
  }
  return parts;
}

/** How often a phantom of the part comes. */
export const viewsOf = (part: Part) => (part === "training" ? 2 : 1);

function room(plan: readonly CasePlan[], part: Part): Cases {
  const count = viewsOf(part) * plan.filter((one) => one.part === part).length;
  return {
    features: new Float32Array(count * FEATURE_COUNT),
    labels: new Uint8Array(count),
    severities: new Float32Array(count),
  };
}

function flipHorizontally(pixels: Float32Array): Float32Array {
  const flipped = new Float32Array(pixels.length);
  for (let row = 0; row < pixels.length; row += INPUT_SIZE) {
    flipped.set(pixels.subarray(row, row + INPUT_SIZE).toReversed(), row);
  }
  return flipped;
}
