import { type ModelChange, type ModelChoice, modelChangeSchema } from "@redspot/queue";
import type { FileSpool } from "@redspot/spool";

const nameOf = (number: number) => `modelchange-${number}`;

/**
 * What the spool remembers of which model package got the word: a Redis that has lost it would have every process go back,
 * without a word, to the package that it is configured with.
 */
export class ModelRecords {
  readonly #spool: Pick<FileSpool, "putNotice" | "readNotice">;

  constructor(spool: Pick<FileSpool, "putNotice" | "readNotice">) {
    this.#spool = spool;
  }

  /** Records a change; whoever follows it does, so that one of them has. */
  async keep(change: ModelChange): Promise<void> {
    await this.#spool.putNotice(nameOf(change.number), new TextEncoder().encode(JSON.stringify(change)));
  }

  /** Gives back to Redis the changes that it does not know any more, and answers with the latest then. */
  async restore(choice: Pick<ModelChoice, "latest" | "change">): Promise<ModelChange | undefined> {
    for (;;) {
      const latest = await choice.latest();
      const next = await this.#read((latest?.number ?? 0) + 1);
      if (next === undefined) return latest;
      // Another process may be at it too.
      await choice.change(next);
    }
  }

  async #read(number: number): Promise<ModelChange | undefined> {
    const bytes = await this.#spool.readNotice(nameOf(number));
    if (bytes === undefined) return undefined;
    const change = modelChangeSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (change.number !== number) throw new Error(`the spool's record of change ${number} is of another`);
    return change;
  }
}
