import { type ConnectionOptions, type Job, Queue } from "bullmq";
import type { Store } from "./connection.ts";
import { FindingStore } from "./finding-store.ts";
import { codeOfFailedReason, JOB_FAILURES, type JobFailureCode } from "./job-failure.ts";
import { StudyQueue, studyJobSchema } from "./jobs.ts";
import { QUEUE_NAMES, type QueueName } from "./queue-name.ts";
import { StudyLedger } from "./study-ledger.ts";
import { UnderWay } from "./under-way.ts";

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
  readonly #store: Store;
  readonly #queues: Map<QueueName, Queue>;
  readonly #settling: StudyQueue;

  constructor(store: Store) {
    this.#store = store;
    this.#settling = new StudyQueue(store, "settling");
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
    const job = await this.#failed(id);
    return job && letterOf(id.split("/", 1)[0] as QueueName, job);
  }

  /** How many there are, by queue and code. Reads all of them: nothing to do each second. */
  async counts(): Promise<{ queue: QueueName; code: JobFailureCode; count: number }[]> {
    const counts = new Map<string, { queue: QueueName; code: JobFailureCode; count: number }>();
    for await (const { queue, code } of this.list()) {
      const known = counts.get(`${queue} ${code}`) ?? { queue, code, count: 0 };
      counts.set(`${queue} ${code}`, { ...known, count: known.count + 1 });
    }
    return [...counts.values()];
  }

  /**
   * Tries one again, from its first try. A study that was given up has a finding that says so, and a report: it is judged
   * anew as a new revision. False where it is no dead letter any more.
   */
  async retry({ id, queue: name, studyInstanceUID, revision }: DeadLetter): Promise<boolean> {
    const job = await this.#failed(id);
    if (!job) return false;
    await new UnderWay(this.#store, name).clear(job.id ?? "");
    const isConcluded =
      (name === "triage" || name === "backlog") &&
      studyInstanceUID !== undefined &&
      (await new FindingStore(this.#store).get(studyInstanceUID, revision ?? 0)) !== undefined;
    if (isConcluded) {
      const open = await new StudyLedger(this.#store).openAgain(studyInstanceUID);
      if (open !== undefined) await this.#settling.add({ studyInstanceUID, revision: open });
      await job.remove();
      return true;
    }
    // From now on it is patient again with a destination that is away.
    await this.#store.redis.hset(this.#queues.get(name)!.toKey(job.id ?? ""), "timestamp", Date.now());
    await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
    return true;
  }

  /** Forgets one. What was left behind when it was given up stays. False where it is no dead letter any more. */
  async discard({ id }: DeadLetter): Promise<boolean> {
    const job = await this.#failed(id);
    await job?.remove();
    return job !== undefined;
  }

  async #failed(id: string): Promise<Job | undefined> {
    const [name, jobId] = id.split("/", 2) as [QueueName, string?];
    const job = jobId === undefined ? undefined : await this.#queues.get(name)?.getJob(jobId);
    return job !== undefined && (await job.isFailed()) ? job : undefined;
  }

  async close(): Promise<void> {
    await this.#settling.close();
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
