import type { Engine, InputScaling } from "@redspot/model";
import { FEATURE_COUNT } from "@redspot/model";
import type { FractureTruth } from "@redspot/phantom";
import { toThreeChannels } from "@redspot/pixels";
import { Piscina } from "piscina";
import type { CasePlan, Part } from "./case-plan.ts";
import type { PreparedCase } from "./prepare-case.ts";

/** A part's cases: features row by row, labels, and how severe each fracture is (NaN where there is none). */
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
        const place = places[one.part]++;
        const { pixels, fracture } = await pool.run(one);
        const { features } = await engine.run(toThreeChannels([{ pixels }], inputScaling), 1);
        cases.features.set(features, place * FEATURE_COUNT);
        cases.labels[place] = fracture ? 1 : 0;
        cases.severities[place] = severityOf(fracture);
        onProgress?.(++done);
      }),
    );
  } finally {
    await pool.destroy();
  }
  return parts;
}

function room(plan: readonly CasePlan[], part: Part): Cases {
  const count = plan.filter((one) => one.part === part).length;
  return {
    features: new Float32Array(count * FEATURE_COUNT),
    labels: new Uint8Array(count),
    severities: new Float32Array(count),
  };
}

const severityOf = (fracture: false | FractureTruth) => (fracture ? fracture.severity : Number.NaN);
