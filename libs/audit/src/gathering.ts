import type { AuditDestination, AuditRecord } from "./audit-destination.ts";

interface Waiting {
  record: AuditRecord;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Messages in one batch: some hundred kilobytes. */
const MOST_IN_A_BATCH = 500;

/**
 * Gathers what is sent one by one: while a batch is on its way, the next one grows. A message counts as delivered with
 * its batch.
 */
export class Gathering {
  readonly #destination: AuditDestination;
  #waiting: Waiting[] = [];
  #isUnderWay = false;

  constructor(destination: AuditDestination) {
    this.#destination = destination;
  }

  /** Resolves when the message has arrived. */
  send(record: AuditRecord): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ record, resolve, reject });
    if (!this.#isUnderWay) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true;
    // What is sent at this moment goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_IN_A_BATCH);
      try {
        await this.#destination.deliver(batch.map(({ record }) => record));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isUnderWay = false;
  }
}
