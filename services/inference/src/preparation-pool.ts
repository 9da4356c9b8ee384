import { Piscina } from "piscina";
import type { WatchedOrigins } from "./origin.ts";
import type { PreparationTask, TimedPreparation } from "./preparation-thread.ts";
import type { Preparation } from "./prepare-instance.ts";

/** Threads that turn instances into model input, so that the event loop stays free for Redis. */
export interface PreparationPool {
  prepare(task: PreparationTask): Promise<Preparation>;
  close(): Promise<void>;
}

interface PoolOptions {
  threads: number;
  spoolDir: string;
  /** Manufacturers and sites to tell apart. */
  origins?: WatchedOrigins;
  /** Told of each instance that was prepared: how long that took. */
  onPrepared?: (ms: number) => void;
  /** After how many milliseconds, waiting for a thread included, a thread is ended and its instance has failed. */
  longestMs?: number;
}

/** Fifty times what the slowest codec takes; what takes longer goes on for ever. */
const LONGEST_MS = 10 * 60_000;

export function openPreparationPool({
  threads,
  spoolDir,
  origins = { manufacturers: [], sites: [] },
  onPrepared,
  longestMs = LONGEST_MS,
}: PoolOptions): PreparationPool {
  const pool = new Piscina<PreparationTask, TimedPreparation>({
    filename: new URL("./preparation-thread.ts", import.meta.url).href,
    workerData: { spoolDir, origins },
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
    async prepare(task) {
      const { ms, ...preparation } = await pool.run(task, { signal: AbortSignal.timeout(longestMs) });
      onPrepared?.(ms);
      return preparation;
    },
    close: () => pool.close(),
  };
}
