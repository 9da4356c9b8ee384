import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Piscina } from "piscina";
import type { PartFeatures } from "../work-folder.ts";
import { writeWorkFile } from "../work-folder.ts";
import { dealFolds } from "./folds.ts";
import type { HeadOptions } from "./head-options.ts";
import { type Changes, withChanges } from "./search-space.ts";
import type { FoldTask } from "./train-fold.ts";
import type { FoldResult, SearchResult } from "./training-file.ts";

export interface SearchOptions {
  readonly kind: "grid" | "random";
  readonly trials: readonly Changes[];
  readonly folds: number;
  /** Threads that train, one fold each at a time. */
  readonly threads: number;
}

export interface SearchRun extends SearchOptions {
  readonly work: string;
  /** Stands for the data, the options and the seed: folds that were done under another key are done again. */
  readonly key: string;
  readonly training: PartFeatures;
  readonly patientOf: (id: string) => string;
  readonly options: HeadOptions;
  readonly seed: number;
  readonly onProgress?: (done: number, of: number) => void;
}

const FILE = "head/search.json";

/**
 * Tries options by cross-validation within the training part: patients are dealt to folds; each fold is measured, one image
 * a case and that as it is, by a head trained on the others' augmented images. Nothing stops early, as that
 * would choose by the very fold that is measured. Folds that are done are kept, so that a search that was stopped goes on.
 */
export async function searchOptions(run: SearchRun): Promise<SearchResult> {
  const { work, key, training, folds, trials, options, seed } = run;
  const { labels, ids } = training;
  const dealt = dealFolds(
    ids.map((id, row) => ({ patient: run.patientOf(id), label: labels[row]! })),
    folds,
    seed,
  );
  const rows = Uint32Array.from(ids.keys());
  // The first row of each case is the image as it is.
  const first = Uint32Array.from(new Map(ids.map((id, row) => [id, row] as const).toReversed()).values()).sort();
  const features = new Float32Array(new SharedArrayBuffer(training.features.byteLength));
  features.set(training.features);

  const done = await readDone(work, key);
  const pool = new Piscina<FoldTask, FoldResult | null>({
    filename: new URL("./train-fold.ts", import.meta.url).href,
    minThreads: run.threads,
    maxThreads: run.threads,
    concurrentTasksPerWorker: 1,
  });
  const tasks = trials.flatMap((changes, trial) =>
    Array.from({ length: folds }, (_, fold) => ({ trial, fold, changes })),
  );
  await mkdir(join(work, "head"), { recursive: true });
  let writing = Promise.resolve();
  run.onProgress?.(done.size, tasks.length);
  try {
    await Promise.all(
      tasks.map(async ({ trial, fold, changes }) => {
        const name = `${trial}-${fold}`;
        if (done.has(name)) return;
        const result = await pool.run({
          features,
          labels,
          trainOn: rows.filter((row) => dealt[row] !== fold),
          measureOn: first.filter((row) => dealt[row] === fold),
          options: withChanges({ ...options, earlyStopping: null }, changes),
          seed,
        });
        done.set(name, result);
        writing = writing.then(() => writeWorkFile(work, FILE, { key, done: Object.fromEntries(done) }));
        await writing;
        run.onProgress?.(done.size, tasks.length);
      }),
    );
  } finally {
    await pool.destroy();
    await writing.catch(() => {});
  }
  await rm(join(work, FILE), { force: true });
  return summarise(run, (trial, fold) => done.get(`${trial}-${fold}`)!);
}

function summarise(
  { kind, folds, trials }: SearchOptions,
  of: (trial: number, fold: number) => FoldResult | null,
): SearchResult {
  const summaries = trials.map((changes, trial) => {
    const results = Array.from({ length: folds }, (_, fold) => of(trial, fold));
    const mean = (value: (fold: FoldResult) => number) =>
      results.includes(null) ? null : results.reduce((sum, fold) => sum + value(fold!), 0) / folds;
    const crossEntropy = mean((fold) => fold.crossEntropy);
    const squares = mean((fold) => (fold.crossEntropy - crossEntropy!) ** 2);
    return {
      changes: { ...changes } as Record<string, number>,
      folds: results,
      crossEntropy,
      standardError: squares === null ? null : Math.sqrt(squares / (folds - 1)),
      accuracy: mean((fold) => fold.accuracy),
      auc: mean((fold) => fold.auc),
    };
  });
  const cost = (trial: number) => summaries[trial]!.crossEntropy ?? Number.POSITIVE_INFINITY;
  const chosen = [...summaries.keys()].reduce((best, trial) => (cost(trial) < cost(best) ? trial : best));
  return { kind, folds, trials: summaries, chosen };
}

async function readDone(work: string, key: string): Promise<Map<string, FoldResult | null>> {
  try {
    const kept = JSON.parse(await readFile(join(work, FILE), "utf8"));
    return new Map(kept.key === key ? Object.entries(kept.done) : []);
  } catch {
    return new Map();
  }
}
