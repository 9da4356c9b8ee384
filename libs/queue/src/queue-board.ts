import { AsyncLocalStorage } from "node:async_hooks";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { type ConnectionOptions, type Job, Queue } from "bullmq";
import type { Store } from "./connection.ts";
import { DeadLetters } from "./dead-letters.ts";
import { QUEUE_NAMES, type QueueName } from "./queue-name.ts";

/** What bull-board shows: each queue and its jobs, which hold identifiers and codes. */
export interface QueueBoard {
  readonly queues: readonly BullMQAdapter[];
  /** Does some work, and counts the dead letters that are tried again by it and by what it has started. */
  counted(tally: RetryTally, work: () => void): void;
  close(): Promise<void>;
}

/** How many dead letters were tried again at somebody's request. */
export interface RetryTally {
  retried: number;
}

/** Opens all queues for bull-board. To retry a job there is what `redspot-admin dead-letters retry` does. */
export function openQueueBoard(store: Store): QueueBoard {
  const letters = new DeadLetters(store);
  const open = (name: QueueName) =>
    new Queue(name, {
      connection: store.redis as unknown as ConnectionOptions,
      prefix: `${store.prefix}:queue`,
    }).on("error", () => {});
  const queues = QUEUE_NAMES.map(open);
  // bull-board does not hand on who asked, and says it has retried what was no dead letter any more.
  const tallies = new AsyncLocalStorage<RetryTally>();
  const onRetried = () => {
    const tally = tallies.getStore();
    if (tally) tally.retried += 1;
  };
  return {
    queues: queues.map((queue) => new DeadLetterAdapter(queue, letters, onRetried)),
    counted: (tally, work) => tallies.run(tally, work),
    async close() {
      await Promise.all([letters.close(), ...queues.map((queue) => queue.close())]);
    },
  };
}

/** A queue whose jobs, once they were given up, are tried again as dead letters are. No others are. */
class DeadLetterAdapter extends BullMQAdapter {
  readonly #letters: DeadLetters;
  readonly #onRetried: () => void;

  constructor(queue: Queue, letters: DeadLetters, onRetried: () => void) {
    super(queue, { allowCompletedRetries: false } as ConstructorParameters<typeof BullMQAdapter>[1]);
    this.#letters = letters;
    this.#onRetried = onRetried;
  }

  override async getJob(id: string): Promise<Job | undefined> {
    const job = await super.getJob(id);
    return job && this.#retriedAsLetter(job);
  }

  override async getJobs(...given: Parameters<BullMQAdapter["getJobs"]>): Promise<Job[]> {
    const jobs = await super.getJobs(...given);
    return jobs.map((job) => this.#retriedAsLetter(job));
  }

  #retriedAsLetter(job: Job): Job {
    return Object.assign(job, {
      retry: async () => {
        const letter = await this.#letters.find(`${this.getName()}/${job.id}`);
        if (letter && (await this.#letters.retry(letter))) this.#onRetried();
      },
    });
  }
}
