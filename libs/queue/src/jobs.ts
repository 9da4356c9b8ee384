import { type ConnectionOptions, DelayedError, type Job, Queue, UnrecoverableError, Worker } from "bullmq";
import { z } from "zod";
import { answersOf, type Store } from "./connection.ts";
import { Gate } from "./gate.ts";
import { codeOfFailure, failedReasonOf, JOB_FAILURES, type JobFailureCode } from "./job-failure.ts";
import type { QueueName } from "./queue-name.ts";
import { UnderWay } from "./under-way.ts";

/** What every job carries: which revision of which study; and, where traces are on, what queued it. */
export const studyJobSchema = z.object({
  version: z.literal(1),
  studyInstanceUID: z.string().regex(/^[0-9.]{1,64}$/),
  revision: z.int().positive(),
  /** Where what queued the job stands in the study's trace (W3C Trace Context). What is none is as good as none. */
  traceparent: z
    .string()
    .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/)
    .optional()
    .catch(undefined),
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

interface Retries {
  /** Tries that fail before the job is given up. A destination that is away for all studies uses none of them up. */
  tries: number;
  /** Milliseconds before the second try; twice as long before each further one. */
  delay: number;
  /** For how long a job may wait for a destination that is away, in milliseconds. */
  patience: number;
}

const HOUR = 3_600_000;

/**
 * Settling only needs Redis; analysis fails for reasons that either pass within seconds or never; a PACS may be away
 * over the holidays.
 */
export const RETRIES = {
  settling: { tries: 1000, delay: 1_000, patience: 7 * 24 * HOUR },
  triage: { tries: 4, delay: 1_000, patience: 24 * HOUR },
  report: { tries: 12, delay: 2_000, patience: 7 * 24 * HOUR },
  backlog: { tries: 8, delay: 5_000, patience: 7 * 24 * HOUR },
  "backlog-report": { tries: 12, delay: 2_000, patience: 7 * 24 * HOUR },
  announce: { tries: 12, delay: 2_000, patience: 7 * 24 * HOUR },
  audit: { tries: 12, delay: 2_000, patience: 7 * 24 * HOUR },
} as const satisfies Record<QueueName, Retries>;

export const LONGEST_RETRY_DELAY_MS = 10 * 60_000;

/**
 * What BullMQ is told: more than any tries of ours, so that giving up is ours too, and what must be left behind with it
 * is tried again until it is there.
 */
export const BULLMQ_ATTEMPTS = 1_000_000;

/** Queues whose work is to send to another system. */
const SENDS: ReadonlySet<QueueName> = new Set(["report", "backlog-report", "announce"]);

/** Queues through which a study begins its way. */
const FIRST: ReadonlySet<QueueName> = new Set(["settling", "backlog"]);

/** Sent from a queue in one second, by all processes together: what waited for a system comes back as a stream. */
const SENT_A_SECOND = 50;

/** After how many deaths of its process, each time alone, a job is given up. */
const MOST_DEATHS_ALONE = 3;

/** Within 45 seconds of a process's death its jobs are with another: the lock has to run out, and somebody has to look. */
export const LOCK_MS = 30_000;

/** One queue of studies. Adding a job that is there already changes nothing. */
export class StudyQueue {
  readonly name: QueueName;
  readonly #store: Store;
  readonly #queue: Queue;

  constructor(store: Store, name: QueueName) {
    this.name = name;
    this.#store = store;
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

  /**
   * Adds the job of a study's revision once more, though it may be done: what it would say has changed. One that still waits
   * will see for itself; beside one that is under way another is put off by `putOffMs`.
   */
  async renew(job: StudyJob, putOffMs: number): Promise<void> {
    const { name, data, opts } = this.#entry(job);
    const state = await this.#queue.getJobState(opts.jobId);
    if (state === "completed") await this.#queue.remove(opts.jobId);
    if (state !== "active") await this.#queue.add(name, data, opts);
    else await this.#queue.add(name, data, { ...opts, jobId: `${opts.jobId}-again`, delay: putOffMs });
  }

  /** Adds many jobs at once, to be done in this order. */
  async addAll(jobs: readonly StudyJob[]): Promise<void> {
    await this.#queue.addBulk(jobs.map((job) => this.#entry(job)));
  }

  #entry({ studyInstanceUID, revision }: StudyJob) {
    const traceparent = this.#store.tracing?.traceparent();
    return {
      name: this.name,
      data: { version: 1, studyInstanceUID, revision, ...(traceparent === undefined ? {} : { traceparent }) },
      opts: {
        jobId: idOf({ studyInstanceUID, revision }),
        attempts: BULLMQ_ATTEMPTS,
        backoff: { type: "capped-exponential" },
        // Their words may tell anything: the code is kept, see failedReasonOf.
        stackTraceLimit: 0,
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
    // Most are not there: to ask costs less than to remove.
    const asking = this.#store.redis.pipeline();
    for (const job of jobs) asking.exists(this.#queue.toKey(idOf(job)));
    const there = await answersOf(asking);
    await Promise.all(jobs.filter((_, at) => there[at] === 1).map((job) => this.#queue.remove(idOf(job))));
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

/** The job of a study's revision goes by this in every queue. */
export function idOf({ studyInstanceUID, revision }: StudyJob): string {
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
  /** Called for every failed try and every error of the connection. */
  onError: (error: Error, job?: StudyJob) => void;
  /** Called after every try that was done or has failed, for what counts them; it must not throw. */
  onTried?: (tried: JobTry) => void;
  /** After how many milliseconds without a sign of life a process's jobs are another's; looked for twice as often. */
  lockMs?: number;
}

/** A process's hand on a queue. */
export interface StudyWorker {
  /** Takes no more jobs until `resume`; does not wait for those under way. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Takes no more jobs and waits for those under way. */
  close(): Promise<void>;
}

/** Thrown where a job's process died over it as often as it may. */
class WorkerDied extends PermanentFailure {
  readonly code = "WORKER_DIED";
}

/**
 * Works through a queue. A job can run twice (a stalled worker's jobs are given to another), so `work` is idempotent.
 * The job's last failed try calls `onGivenUp` before the job counts as failed; if that fails, the job is tried again.
 *
 * An error's `code`, where it is one of JOB_FAILURES, says whether to try again; `retryAfterMs`, where it has one, not
 * before when. What one of them did to its process is known: see UnderWay.
 */
export function workOn(
  store: Store,
  name: QueueName,
  work: (job: StudyJob) => Promise<void>,
  { concurrency, onGivenUp, onError, onTried, lockMs = LOCK_MS }: WorkOptions,
): StudyWorker {
  const connection = { connection: store.redis as unknown as ConnectionOptions, prefix: `${store.prefix}:queue` };
  const queue = new Queue(name, connection);
  const underWay = new UnderWay(store, name);
  const gate = new Gate();

  /** One try, alone where a process has died over the job before. */
  const tryOnce = async (id: string, study: StudyJob): Promise<void> => {
    // Settling reads nothing that a sender wrote.
    if (name === "settling") return work(study);
    const deaths = await underWay.deaths(id);
    if (deaths.alone >= MOST_DEATHS_ALONE) throw new WorkerDied(`${deaths.alone} processes died over it`);
    const alone = deaths.among > 0;
    await gate.pass(alone, async () => {
      await underWay.mark(id, deaths, alone ? "alone" : "together");
      try {
        await work(study);
      } finally {
        await underWay.clear(id);
      }
    });
  };

  const failed = async (
    { job, token, study, tried }: TryUnderWay,
    error: Error & { retryAfterMs?: number | undefined },
  ): Promise<never> => {
    const code = codeOfFailure(error, name);
    const { retry, away } = JOB_FAILURES[code] as { retry: boolean; away?: boolean };
    onError(error, study);
    const { retryAfterMs } = error;
    if (away && Date.now() - job.timestamp < RETRIES[name].patience) {
      tried("failed", code);
      // All workers leave the destination in peace for as long as it wants.
      if (retryAfterMs !== undefined) {
        await queue.rateLimit(Math.round(Math.min(Math.max(1, retryAfterMs), LONGEST_RETRY_DELAY_MS)));
      }
      await job.moveToDelayed(Date.now() + retryDelay(name, job.attemptsStarted, retryAfterMs), token);
      throw new DelayedError();
    }
    const last = !retry || error instanceof PermanentFailure || job.attemptsMade + 1 >= RETRIES[name].tries;
    if (!last) tried("failed", code);
    if (!last) throw new KeptError(failedReasonOf(code), retryAfterMs);
    // Whoever has lost the job meanwhile has no say in it any more: another works on it.
    if (token !== undefined && (await job.extendLock(token, lockMs)) !== 1) throw new KeptError(failedReasonOf(code));
    await onGivenUp?.(study, error).catch((failure: Error) => {
      onError(failure, study);
      throw new KeptError(failedReasonOf(code));
    });
    tried("given-up", code);
    throw new UnrecoverableError(failedReasonOf(code));
  };

  const worker = new Worker(
    name,
    async (job, token) => {
      const parsed = studyJobSchema.safeParse(job.data);
      if (!parsed.success) throw new UnrecoverableError(failedReasonOf("NOT_UNDERSTOOD"));
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
      const traced = {
        subject: study.studyInstanceUID,
        queue: name,
        revision: study.revision,
        queuedAt: job.timestamp,
        traceparent: parsed.data.traceparent,
        isFirst: study.revision === 1 && FIRST.has(name),
      };
      const work = () => tryOnce(job.id ?? "", study);
      try {
        await (store.tracing ? store.tracing.job(traced, work) : work());
        tried("done");
      } catch (thrown) {
        if (thrown instanceof NotYet) {
          await job.moveToDelayed(Date.now() + thrown.waitMs, token);
          throw new DelayedError();
        }
        await failed({ job, token, study, tried }, thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    },
    {
      ...connection,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      // BullMQ would blame every job of a process that dies for it.
      maxStalledCount: BULLMQ_ATTEMPTS,
      ...(SENDS.has(name) ? { limiter: { max: SENT_A_SECOND, duration: 1000 } } : {}),
      settings: {
        backoffStrategy: (attemptsMade: number, _type?: string, error?: Error) =>
          retryDelay(name, attemptsMade, (error as KeptError | undefined)?.retryAfterMs),
      },
    },
  );
  worker.on("error", (error) => onError(error));
  // It shares the store's connection, which tells of its errors itself.
  queue.on("error", () => {});
  return {
    pause: () => worker.pause(true),
    resume: () => worker.resume(),
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}

interface TryUnderWay {
  job: Job;
  token: string | undefined;
  study: StudyJob;
  tried: (outcome: JobTry["outcome"], code?: JobFailureCode) => void;
}

/** What is kept with a job that will be tried again. */
class KeptError extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Doubles from one try to the next up to ten minutes, with a random half of it off so that studies do not all come back
 * at once; never less than what was asked for, which has such a share on top.
 */
export function retryDelay(name: QueueName, tries: number, leastMs = 0): number {
  const full = Math.min(RETRIES[name].delay * 2 ** Math.min(Math.max(tries - 1, 0), 20), LONGEST_RETRY_DELAY_MS);
  return Math.round(
    Math.max(full * (1 - 0.5 * Math.random()), Math.min(leastMs, LONGEST_RETRY_DELAY_MS) * (1 + 0.5 * Math.random())),
  );
}
