import { randomUUID } from "node:crypto";
import { type AuditEvent, type AuditedAct, auditEventSchema } from "@redspot/audit";
import { type ConnectionOptions, DelayedError, Queue, UnrecoverableError, Worker } from "bullmq";
import { z } from "zod";
import type { Store } from "./connection.ts";
import { codeOfFailure, failedReasonOf, JOB_FAILURES, type JobFailureCode } from "./job-failure.ts";
import { BULLMQ_ATTEMPTS, LOCK_MS, LONGEST_RETRY_DELAY_MS, RETRIES, retryDelay, type StudyWorker } from "./jobs.ts";

/** What a job of the audit queue carries: an event, with no patient in it. */
const auditJobSchema = z.object({ version: z.literal(1), event: auditEventSchema });

/** Where a service records what is audited. */
export interface AuditTrail {
  /** False where nothing is audited. */
  readonly isOn: boolean;
  /** Resolves when Redis has it; from then on it is delivered, sooner or later. Rejects where Redis does not answer. */
  record(act: AuditedAct, known?: { id?: string; at?: number }): Promise<void>;
  close(): Promise<void>;
}

/** Where nothing is audited. */
export const NO_AUDIT: AuditTrail = { isOn: false, record: async () => {}, close: async () => {} };

interface Recorder {
  /** Which process records. */
  process: AuditEvent["process"];
  now: () => Date;
}

/**
 * The audit trail of an installation. An event that may be seen twice is given an identifier that follows from what it
 * is about: recorded again while Redis still knows it, it is one event.
 */
export function openAuditTrail(store: Store, { process, now }: Recorder): AuditTrail {
  const queue = queueOf(store);
  return {
    isOn: true,
    async record(act, { id = randomUUID(), at = now().getTime() } = {}) {
      await queue.add(
        "audit",
        { version: 1, event: { ...act, id, at, process } },
        {
          jobId: id,
          attempts: BULLMQ_ATTEMPTS,
          backoff: { type: "capped-exponential" },
          stackTraceLimit: 0,
          removeOnComplete: { age: 24 * 3600, count: 2_000 },
          removeOnFail: false,
        },
      );
    },
    close: () => queue.close(),
  };
}

interface DeliveryOptions {
  /** How many messages are on their way at a time: they gather to batches. */
  concurrency: number;
  onError: (error: Error) => void;
  /** Called after every try, for what counts them; it must not throw. */
  onTried?: (tried: {
    queue: "audit";
    outcome: "done" | "failed" | "given-up";
    code?: JobFailureCode;
    runMs: number;
  }) => void;
}

/**
 * Works through the audit queue. A destination that is away uses no tries up, and is left in peace for as long as the
 * error's `retryAfterMs` says; after a week a message is a dead letter, which is kept until somebody decides. One may be
 * delivered twice, under the same identifier, and none is lost.
 */
export function deliverAudit(
  store: Store,
  deliver: (event: AuditEvent) => Promise<void>,
  { concurrency, onError, onTried }: DeliveryOptions,
): Pick<StudyWorker, "close"> {
  const queue = queueOf(store);
  const { patience, tries } = RETRIES.audit;
  const worker = new Worker(
    "audit",
    async (job, token) => {
      const startedAt = Date.now();
      const tried = (outcome: "done" | "failed" | "given-up", code?: JobFailureCode) =>
        onTried?.({
          queue: "audit",
          outcome,
          runMs: Date.now() - startedAt,
          ...(code === undefined ? {} : { code }),
        });
      const { data } = auditJobSchema.safeParse(job.data);
      if (data === undefined) {
        tried("given-up", "NOT_UNDERSTOOD");
        throw new UnrecoverableError(failedReasonOf("NOT_UNDERSTOOD"));
      }
      try {
        await deliver(data.event);
        tried("done");
      } catch (thrown) {
        const error = thrown as Error & { retryAfterMs?: number };
        const code = codeOfFailure(error, "audit");
        const { retry, away } = JOB_FAILURES[code] as { retry: boolean; away?: boolean };
        onError(error);
        if (away && Date.now() - job.timestamp < patience) {
          tried("failed", code);
          const { retryAfterMs } = error;
          if (retryAfterMs !== undefined) {
            await queue.rateLimit(Math.round(Math.min(Math.max(1, retryAfterMs), LONGEST_RETRY_DELAY_MS)));
          }
          await job.moveToDelayed(Date.now() + retryDelay("audit", job.attemptsStarted, retryAfterMs), token);
          throw new DelayedError();
        }
        if (retry && !away && job.attemptsMade + 1 < tries) {
          tried("failed", code);
          throw new Error(failedReasonOf(code));
        }
        tried("given-up", code);
        throw new UnrecoverableError(failedReasonOf(code));
      }
    },
    {
      connection: store.redis as unknown as ConnectionOptions,
      prefix: `${store.prefix}:queue`,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS / 2,
      maxStalledCount: BULLMQ_ATTEMPTS,
      settings: { backoffStrategy: (attemptsMade: number) => retryDelay("audit", attemptsMade) },
    },
  );
  worker.on("error", onError);
  return {
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}

/** So many of those that wait, and of those that are put off, are looked at. */
const LOOKED_AT = 100;

/** When the oldest event was that has not been delivered, of those that are next, in milliseconds since 1970. */
export async function oldestAuditEvent(store: Store): Promise<number | undefined> {
  const queue = queueOf(store);
  const [waiting, delayed] = await Promise.all(
    (["waiting", "delayed"] as const).map((state) => queue.getJobs([state], 0, LOOKED_AT - 1, true)),
  );
  await queue.close();
  // One may go while they are read; one that is not understood is left to who delivers.
  const times = [...(waiting ?? []), ...(delayed ?? [])].map((job) => Number(job?.data?.event?.at));
  const oldest = Math.min(...times.filter(Number.isFinite));
  return Number.isFinite(oldest) ? oldest : undefined;
}

function queueOf(store: Store): Queue {
  // The store's connection tells of its errors itself.
  return new Queue("audit", {
    connection: store.redis as unknown as ConnectionOptions,
    prefix: `${store.prefix}:queue`,
  }).on("error", () => {});
}
