import type { Outcome } from "@redspot/triage";
import { z } from "zod";
import { keyOf, type Store } from "./connection.ts";

const noteSchema = z.object({
  /** The highest of the study's images'; none where none was analysed. */
  logit: z.number().optional(),
  outcome: z.enum(["fracture", "no-fracture", "inconclusive", "not-analysed"]),
  manufacturer: z.string(),
  site: z.string(),
});

/** What the model watch keeps of a finding: figures, and names that the site has configured. Nothing leads back to a study. */
export interface WatchNote {
  logit?: number | undefined;
  outcome: Outcome;
  manufacturer: string;
  site: string;
}

const MOST = 1000;
const FORGOTTEN_AFTER_SECONDS = 90 * 24 * 3600;

/** The latest findings of one model package, all workers' together. */
export class WatchLog {
  readonly #store: Store;
  readonly #key: string;

  constructor(store: Store, packageHash: string) {
    this.#store = store;
    this.#key = keyOf(store, "model-watch", packageHash);
  }

  /** Adds a finding; the oldest goes where there are too many. */
  async note(note: WatchNote): Promise<void> {
    const { redis } = this.#store;
    await redis
      .multi()
      .lpush(this.#key, JSON.stringify(note))
      .ltrim(this.#key, 0, MOST - 1)
      .expire(this.#key, FORGOTTEN_AFTER_SECONDS)
      .exec();
  }

  /** The latest findings, the oldest of them first. */
  async recent(most = MOST): Promise<WatchNote[]> {
    const notes = await this.#store.redis.lrange(this.#key, 0, most - 1);
    return notes.reverse().map((note) => noteSchema.parse(JSON.parse(note)));
  }
}
