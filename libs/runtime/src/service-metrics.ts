import { passes, type ReadinessChecks } from "./health.ts";
import { counter, gauge, histogram, type Metrics, WAIT_SECONDS, WORK_SECONDS } from "./metrics.ts";

const state = ["waiting", "active", "delayed", "failed"] as const;

/**
 * What every service tells: what it needs, how the queues are, and how it does with the jobs that it works on, which
 * are in queues with names and fail for reasons with codes.
 */
export const serviceMetrics = (queue: readonly string[], code: readonly string[]) =>
  ({
    redspot_dependency_up: gauge("Whether what the service cannot work without answers", { dependency: ["redis"] }),
    redspot_queue_jobs: gauge("Jobs of each queue by state; every service tells of all queues", { queue, state }),
    redspot_queue_oldest_job_age_seconds: gauge(
      "Since when the job that is next has been in the queue; 0 where none waits. Every service tells of all queues",
      { queue },
    ),
    redspot_job_wait_seconds: histogram("From when a job could first be taken until it was", WAIT_SECONDS, { queue }),
    redspot_job_run_seconds: histogram("How long a try of a job took, by how it ended", WORK_SECONDS, {
      queue,
      outcome: ["done", "failed", "given-up"],
    }),
    redspot_job_retries_total: counter("Tries that failed and will be repeated", { queue, code }),
    redspot_jobs_given_up_total: counter("Jobs that failed for good: dead letters", { queue, code }),
  }) as const;

export type ServiceMetrics = Metrics<ReturnType<typeof serviceMetrics>>;

/** How one try of a job ended. */
interface JobTry {
  queue: string;
  outcome: "done" | "failed" | "given-up";
  runMs: number;
  code?: string;
  /** Of a first try. */
  waitMs?: number;
}

export interface WatchedQueue {
  name: string;
  depth(): Promise<Record<(typeof state)[number], number>>;
  /** Since when the job that is next has been there, in milliseconds since 1970. */
  oldestWaitingSince(): Promise<number | undefined>;
}

/** Counts the tries of jobs. */
export function countJob(metrics: ServiceMetrics, { queue, outcome, code = "UNKNOWN", runMs, waitMs }: JobTry): void {
  metrics.observe("redspot_job_run_seconds", { queue, outcome }, runMs / 1000);
  if (waitMs !== undefined) metrics.observe("redspot_job_wait_seconds", { queue }, waitMs / 1000);
  if (outcome === "failed") metrics.add("redspot_job_retries_total", { queue, code });
  if (outcome === "given-up") metrics.add("redspot_jobs_given_up_total", { queue, code });
}

/** Looks at queues whenever the metrics are read: a handful of commands, however long the queues are. */
export function watchQueues(
  metrics: ServiceMetrics,
  queues: readonly WatchedQueue[],
  now: () => number = Date.now,
): void {
  metrics.read(["redspot_queue_jobs", "redspot_queue_oldest_job_age_seconds"], async (set) => {
    await Promise.all(
      queues.map(async (one) => {
        const [depth, since] = await Promise.all([one.depth(), one.oldestWaitingSince()]);
        for (const state of Object.keys(depth) as (keyof typeof depth)[]) {
          set("redspot_queue_jobs", { queue: one.name, state }, depth[state]);
        }
        const age = since === undefined ? 0 : Math.max(0, now() - since) / 1000;
        set("redspot_queue_oldest_job_age_seconds", { queue: one.name }, age);
      }),
    );
  });
}

/** Looks whenever the metrics are read whether what a service needs is there. */
export function watchDependencies(metrics: ServiceMetrics, checks: ReadinessChecks): void {
  metrics.read(["redspot_dependency_up"], async (set) => {
    await Promise.all(
      Object.entries(checks).map(async ([dependency, check]) =>
        set("redspot_dependency_up", { dependency }, (await passes(check)) ? 1 : 0),
      ),
    );
  });
}
