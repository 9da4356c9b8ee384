import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { areaUnderCurve } from "@redspot/statistics";
import type { PartFeatures } from "../work-folder.ts";
import { writeWorkFile } from "../work-folder.ts";
import { CrossValidation, type HeldOut } from "./cross-validation.ts";
import { fitOf } from "./curves.ts";
import type { HeadOptions } from "./head-options.ts";
import { type Changes, withChanges } from "./search-space.ts";
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
 * Tries options by cross-validation within the training part. Folds that are done are kept, so that a search that was stopped
 * goes on.
 */
export async function searchOptions(run: SearchRun): Promise<SearchResult> {
  const { work, key, training, folds, trials, options } = run;
  const done = await readDone(work, key);
  const validation = new CrossValidation(training, run);
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
        const held = await validation.run(withChanges(options, changes), fold);
        done.set(name, held && measure(held, training.labels));
        writing = writing.then(() => writeWorkFile(work, FILE, { key, done: Object.fromEntries(done) }));
        await writing;
        run.onProgress?.(done.size, tasks.length);
      }),
    );
  } finally {
    await validation.close();
    await writing.catch(() => {});
  }
  await rm(join(work, FILE), { force: true });
  return summarise(run, (trial, fold) => done.get(`${trial}-${fold}`)!);
}

function measure({ rows, logits }: HeldOut, all: Uint8Array): FoldResult {
  const labels = Uint8Array.from(rows, (row) => all[row]!);
  return { ...fitOf(logits, labels), auc: areaUnderCurve(logits, labels).value };
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
