import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Backbone, Engine } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { Piscina } from "piscina";
import { type ThreadFailure, thrown } from "../thread-failure.ts";
import { type FeatureRows, FILES, onDisk, writeWorkFile } from "../work-folder.ts";
import { FeatureCache, type FeatureKey } from "./feature-cache.ts";
import type { PlannedCase } from "./plan-features.ts";
import type { BatchTask } from "./prepare-batch.ts";

export interface FeatureOptions {
  readonly work: string;
  readonly seed: number;
  readonly engine: Engine;
  readonly backbone: Pick<Backbone, "name" | "sha256" | "inputScaling">;
  /** Threads that read and augment, beside the engine's own. */
  readonly threads: number;
  /** So many of so many images; `fresh` of them were computed now, the others found. */
  readonly onProgress?: (done: number, of: number, fresh: number) => void;
}

/**
 * One batch in the engine, one that waits for it, and one more in the making for each preparing thread: the engine never
 * waits, and memory does not grow with the number of cases.
 */
const WITH_THE_ENGINE = 2;

/**
 * Computes the pooled features of the planned images, those that are not in the cache, and writes `features.f32` and
 * `rows.json`. What is done is kept case by case: stopped however and run again, it ends with the same bytes.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID, DISK_FULL
 */
export async function computeFeatures(plan: readonly PlannedCase[], options: FeatureOptions): Promise<FeatureRows> {
  const { work, engine, backbone, threads, onProgress } = options;
  const { name, version, device } = engine;
  const cache = await FeatureCache.open(work);
  const keyOf = ({ id, augmentations }: PlannedCase): FeatureKey => ({
    id,
    augmentations,
    backbone: backbone.sha256,
    engine: { name, version, device },
    preprocessingVersion: PREPROCESSING_VERSION,
  });
  const pool = new Piscina<BatchTask, Float32Array | ThreadFailure>({
    filename: new URL("./prepare-batch.ts", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
  });
  const of = plan.reduce((sum, { augmentations }) => sum + augmentations.length, 0);
  let done = 0;
  let fresh = 0;

  const compute = async (one: PlannedCase): Promise<void> => {
    const { id, patient, augmentations } = one;
    const n = augmentations.length;
    if (!(await cache.get(keyOf(one)))) {
      const { inputScaling } = backbone;
      const batch = thrown(await pool.run({ work, id, patient, augmentations, inputScaling }));
      const { features } = await engine.run(batch, n);
      await cache.put(keyOf(one), features);
      fresh += n;
    }
    done += n;
    onProgress?.(done, of, fresh);
  };

  try {
    const waiting = plan.values();
    let failed = false;
    const lane = async () => {
      for (const one of waiting) {
        if (failed) return;
        await compute(one).catch((error) => {
          failed = true;
          throw error;
        });
      }
    };
    await Promise.all(Array.from({ length: WITH_THE_ENGINE + threads }, lane));
  } finally {
    await pool.destroy();
  }
  return gather(plan, { ...options, cached: (one) => cache.get(keyOf(one)) });
}

/** Puts the cases' features in one file, in the order of the plan, and beside it what each row is of. */
async function gather(
  plan: readonly PlannedCase[],
  { work, seed, engine, backbone, cached }: FeatureOptions & { cached: (one: PlannedCase) => Promise<unknown> },
): Promise<FeatureRows> {
  await mkdir(join(work, "features"), { recursive: true });
  const path = join(work, FILES.features);
  await onDisk(async () => {
    const file = await open(`${path}.half`, "w");
    try {
      for (const one of plan) await file.write((await cached(one)) as Uint8Array);
      await file.sync();
    } finally {
      await file.close();
    }
    // Rows that tell of other features must not stand beside these.
    await rm(join(work, FILES.featureRows), { force: true });
    await rename(`${path}.half`, path);
  });
  const rows: FeatureRows = {
    format: "redspot-features/1",
    preprocessingVersion: PREPROCESSING_VERSION,
    backbone: { name: backbone.name, sha256: backbone.sha256 },
    engine: { name: engine.name, version: engine.version, device: engine.device },
    seed,
    rows: plan.flatMap(({ id, augmentations }) => augmentations.map((augmentation) => ({ id, ...augmentation }))),
  };
  await writeWorkFile(work, FILES.featureRows, rows);
  return rows;
}
