import { type ConnectionOptions, type Job, Queue } from "bullmq";
import type { Store } from "./connection.ts";
import { codeOfFailedReason, JOB_FAILURES, type JobFailureCode } from "./job-failure.ts";
import { studyJobSchema } from "./jobs.ts";
import { QUEUE_NAMES, type QueueName } from "./queue-name.ts";

/** A job that was tried for the last time: what, when, why and what to do. */
export interface DeadLetter {
  /** Names it in commands: queue, a slash, study and revision. */
  id: string;
  queue: QueueName;
  /** Neither is known of a job that a newer version wrote. */
  studyInstanceUID?: string;
  revision?: number;
  at: Date;
  tries: number;
  code: JobFailureCode;
  /** What happened, in words. */
  text: string;
  advice: string;
}

export interface DeadLetterFilter {
  queue?: QueueName;
  code?: JobFailureCode;
}

const PAGE = 200;

/** The jobs of all queues that nobody will try again unless told to. */
export class DeadLetters {
  readonly #queues: Map<QueueName, Queue>;

  constructor(store: Store) {
    const open = (name: QueueName) =>
      new Queue(name, {
        connection: store.redis as unknown as ConnectionOptions,
        prefix: `${store.prefix}:queue`,
      }).on("error", () => {});
    this.#queues = new Map(QUEUE_NAMES.map((name) => [name, open(name)]));
  }

  /** All that the filter lets through, queue by queue, the oldest first. */
  async *list({ queue: only, code }: DeadLetterFilter = {}): AsyncGenerator<DeadLetter> {
    for (const [name, queue] of this.#queues) {
      if (only !== undefined && only !== name) continue;
      for (let at = 0; ; at += PAGE) {
        const jobs = await queue.getJobs(["failed"], at, at + PAGE - 1, true);
        // One may go while the page is read.
        for (const letter of jobs.flatMap((job) => (job ? [letterOf(name, job)] : []))) {
          if (code === undefined || code === letter.code) yield letter;
        }
        if (jobs.length < PAGE) break;
      }
    }
  }

  /** One of them, by its id. */
  async find(id: string): Promise<DeadLetter | undefined> {
    const [name, jobId] = id.split("/", 2) as [QueueName, string?];
    const job = jobId === undefined ? undefined : await this.#queues.get(name)?.getJob(jobId);
    return job !== undefined && (await job.isFailed()) ? letterOf(name, job) : undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }
}

function letterOf(queue: QueueName, job: Job): DeadLetter {
  const code = codeOfFailedReason(job.failedReason ?? "");
  const { text, advice } = JOB_FAILURES[code];
  const { data } = studyJobSchema.safeParse(job.data);
  return {
    id: `${queue}/${job.id}`,
    queue,
    ...(data && { studyInstanceUID: data.studyInstanceUID, revision: data.revision }),
    at: new Date(job.finishedOn ?? job.timestamp),
    tries: job.attemptsMade,
    code,
    text,
    advice,
  };
}
