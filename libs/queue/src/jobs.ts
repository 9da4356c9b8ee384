import { type ConnectionOptions, DelayedError, type Job, Queue, UnrecoverableError, Worker } from "bullmq";
import { z } from "zod";
import type { Store } from "./connection.ts";
import { codeOfFailure, failedReasonOf, type JobFailureCode } from "./job-failure.ts";
import type { QueueName } from "./queue-name.ts";

/** What every job carries, and all that it carries: which revision of which study. */
export const studyJobSchema = z.object({
  version: z.literal(1),
  studyInstanceUID: z.string().regex(/^[0-9.]{1,64}$/),
  revision: z.int().positive(),
});

export interface StudyJob {
  studyInstanceUID: string;
  revision: number;
}

/** Thrown by a worker when trying again cannot help: the job fails at once. Its message holds no patient data. */
export class PermanentFailure extends Error {
  override readonly name = "PermanentFailure";
}

/** Thrown by a worker to be asked again later, without counting as a failure. */
export class NotYet extends Error {
  override readonly name = "NotYet";
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(`not before ${waitMs} ms have passed`);
    this.waitMs = waitMs;
  }
}

/**
 * How often each kind of job is tried and how long apart. Settling only needs Redis; analysis fails for reasons that
 * either pass within seconds or never; a PACS may be away for a weekend.
 */
const RETRIES = {
  settling: { attempts: 1000, delay: 1_000, jitter: 0.5 },
  triage: { attempts: 4, delay: 1_000, jitter: 0.5 },
  report: { attempts: 500, delay: 2_000, jitter: 0.5 },
  backlog: { attempts: 8, delay: 5_000, jitter: 0.5 },
  "backlog-report": { attempts: 500, delay: 2_000, jitter: 0.5 },
} as const satisfies Record<QueueName, object>;

const LONGEST_RETRY_DELAY_MS = 10 * 60_000;

/** One queue of studies. Adding a job that is there already changes nothing. */
export class StudyQueue {
  readonly name: QueueName;
  readonly #queue: Queue;

  constructor(store: Store, name: QueueName) {
    this.name = name;
    this.#queue = new Queue(name, {
      connection: store.redis as unknown as ConnectionOptions,
      prefix: `${store.prefix}:queue`,
    });
    // The store's connection tells of its errors itself; without a listener BullMQ writes them to the console.
    this.#queue.on("error", () => {});
  }

  /** Adds the job of a study's revision, to be done after `delayMs`. */
  async add(job: StudyJob, delayMs = 0): Promise<void> {
    const { name, data, opts } = this.#entry(job);
    await this.#queue.add(name, data, { ...opts, delay: delayMs });
  }

  /** Adds many jobs at once, to be done in this order. */
  async addAll(jobs: readonly StudyJob[]): Promise<void> {
    await this.#queue.addBulk(jobs.map((job) => this.#entry(job)));
  }

  #entry({ studyInstanceUID, revision }: StudyJob) {
    return {
      name: this.name,
      data: { version: 1, studyInstanceUID, revision },
      opts: {
        jobId: idOf({ studyInstanceUID, revision }),
        attempts: RETRIES[this.name].attempts,
        backoff: { type: "capped-exponential" },
        removeOnComplete: { age: 24 * 3600, count: 10_000 },
        removeOnFail: false,
      },
    };
  }

  /** Has every worker of the queue, in whatever process, take no more jobs until `resume`; those under way end. */
  async pause(): Promise<void> {
    await this.#queue.pause();
  }

  async resume(): Promise<void> {
    await this.#queue.resume();
  }

  isPaused(): Promise<boolean> {
    return this.#queue.isPaused();
  }

  /** How many processes work on the queue now. */
  workers(): Promise<number> {
    return this.#queue.getWorkersCount();
  }

  /** Forgets jobs that wait, are done or were given up. */
  async forget(jobs: readonly StudyJob[]): Promise<void> {
    await Promise.all(jobs.map((job) => this.#queue.remove(idOf(job))));
  }

  /** Forgets the jobs that wait; those under way, and those that failed, stay. */
  async clear(): Promise<void> {
    await this.#queue.drain(true);
  }

  /** How many jobs are in each state. */
  async depth(): Promise<Record<"waiting" | "active" | "delayed" | "failed", number>> {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
      failed = 0,
    } = await this.#queue.getJobCounts("waiting", "active", "delayed", "failed");
    return { waiting, active, delayed, failed };
  }

  /** Since when the job that is next has been in the queue, in milliseconds since 1970; undefined where none waits. */
  async oldestWaitingSince(): Promise<number | undefined> {
    const waiting = await this.#queue.getJobs(["waiting"], 0, 0, true);
    // A job that was taken meanwhile is no longer there.
    return waiting.flatMap((job) => job?.timestamp ?? []).sort((a, b) => a - b)[0];
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}

function idOf({ studyInstanceUID, revision }: StudyJob): string {
  return `${studyInstanceUID}-r${revision}`;
}

/** How one try of a job ended. */
export interface JobTry extends StudyJob {
  queue: QueueName;
  outcome: "done" | "failed" | "given-up";
  /** What it failed for. */
  code?: JobFailureCode;
  runMs: number;
  /** From when the job could be taken until it was; of a first try. */
  waitMs?: number;
  /** Since when the job has been in the queue. */
  ageMs: number;
}

export interface WorkOptions {
  /** How many jobs one process works on at a time. */
  concurrency: number;
  /** Called when a job was tried for the last time, with its error: what to leave behind so that nothing is silent. */
  onGivenUp?: (job: StudyJob, error: Error) => Promise<void>;
  /** Called after every try that was done or has failed, for what counts them; it must not throw. */
  onTried?: (tried: JobTry) => void;
  /** Called for every failed try and every error of the connection. */
  onError: (error: Error, job?: StudyJob) => void;
}

/** A process's hand on a queue. */
export interface StudyWorker {
  /** Takes no more jobs and waits for those under way. */
  close(): Promise<void>;
}

/**
 * Works through a queue. A job can run twice (a stalled worker's jobs are given to another), so `work` is idempotent.
 * The job's last failed try calls `onGivenUp` before the job counts as failed; if that fails, the job is tried again.
 */
export function workOn(
  store: Store,
  name: QueueName,
  work: (job: StudyJob) => Promise<void>,
  { concurrency, onGivenUp, onTried, onError }: WorkOptions,
): StudyWorker {
  const worker = new Worker(
    name,
    async (job, token) => {
      const parsed = studyJobSchema.safeParse(job.data);
      if (!parsed.success) {
        throw new UnrecoverableError(failedReasonOf("NOT_UNDERSTOOD"));
      }
      const study = { studyInstanceUID: parsed.data.studyInstanceUID, revision: parsed.data.revision };
      const startedAt = Date.now();
      const tried = (outcome: JobTry["outcome"], code?: JobFailureCode) =>
        onTried?.({
          ...study,
          queue: name,
          outcome,
          ...(code === undefined ? {} : { code }),
          runMs: Date.now() - startedAt,
          ageMs: Date.now() - job.timestamp,
          ...(job.attemptsStarted > 1
            ? {}
            : { waitMs: Math.max(0, startedAt - job.timestamp - (job.opts.delay ?? 0)) }),
        });
      try {
        await work(study);
        tried("done");
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        if (error instanceof NotYet) {
          await job.moveToDelayed(Date.now() + error.waitMs, token);
          throw new DelayedError();
        }
        onError(error, study);
        const permanent = error instanceof PermanentFailure;
        if (permanent || isLastTry(job)) {
          await onGivenUp?.(study, error);
          tried("given-up", codeOfFailure(error, name));
          throw new UnrecoverableError(failedReasonOf(codeOfFailure(error, name)));
        }
        tried("failed", codeOfFailure(error, name));
        throw error;
      }
    },
    {
      connection: store.redis as unknown as ConnectionOptions,
      prefix: `${store.prefix}:queue`,
      concurrency,
      settings: { backoffStrategy: (attemptsMade: number) => retryDelay(name, attemptsMade) },
    },
  );
  worker.on("error", (error) => onError(error));
  // A job whose worker died again and again is failed by BullMQ itself, without `work` having a say.
  worker.on("failed", (job, error) => {
    const parsed = studyJobSchema.safeParse(job?.data);
    if (!parsed.success || !/stalled more than/.test(error.message)) return;
    onError(error, parsed.data);
    onGivenUp?.(parsed.data, error).catch((failure: Error) => onError(failure, parsed.data));
  });
  return { close: () => worker.close() };
}

function isLastTry(job: Job): boolean {
  return job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
}

/** Doubles from one try to the next up to ten minutes, with a random share off so that studies do not all come back at once. */
function retryDelay(name: QueueName, attemptsMade: number): number {
  const { delay, jitter } = RETRIES[name];
  const full = Math.min(delay * 2 ** Math.min(attemptsMade - 1, 20), LONGEST_RETRY_DELAY_MS);
  return Math.round(full * (1 - jitter * Math.random()));
}
