import { Piscina } from "piscina";
import type { PreparationTask } from "./preparation-thread.ts";
import type { Preparation } from "./prepare-instance.ts";

/** Threads that turn instances into model input, so that the event loop stays free for Redis. */
export interface PreparationPool {
  prepare(task: PreparationTask): Promise<Preparation>;
  close(): Promise<void>;
}

export function openPreparationPool({ threads, spoolDir }: { threads: number; spoolDir: string }): PreparationPool {
  const pool = new Piscina<PreparationTask, Preparation>({
    filename: new URL("./preparation-thread.ts", import.meta.url).href,
    workerData: { spoolDir },
    // An image leaves megabytes of arrays behind, which V8 frees when it collects the young generation. Were that larger,
    // it would be the old one's turn before: ten times the work.
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    // One task at a time for each thread; the others wait here.
    concurrentTasksPerWorker: 1,
  });
  return {
    prepare: (task) => pool.run(task),
    close: () => pool.close(),
  };
}
