import { type ModelChange, type ModelChoice, NotYet } from "@redspot/queue";
import type { ModelRecords } from "@redspot/recovery";
import type { OpenModel } from "./open-model.ts";

interface SpeakingModelOptions<M> {
  /** What is loaded; before the first change the first of them speaks. */
  models: readonly [M, ...M[]];
  choice: Pick<ModelChoice, "latest" | "history" | "change">;
  /** Where changes are recorded, should Redis lose them. */
  records: Pick<ModelRecords, "keep" | "restore">;
  /** Told whenever another package speaks, or none: the one that should is not loaded here, or may not speak. */
  onChange: (change: ModelChange, model: M | undefined) => void;
  /** Told where a change could not be recorded: it is followed all the same. */
  onUnrecorded: (error: unknown) => void;
}

/** How long a study waits that came to a process which has not the package for it. */
const WAIT_MS = 5_000;

/**
 * The model package that has the word. It is looked up for each study, as its analysis begins: what was promoted speaks of
 * every study that begins after the promotion, in every process, and each study is judged by one package alone.
 *
 * A process that does not have the package judges nothing: the word may have been taken from the one that it has because
 * that one is wrong.
 */
export class SpeakingModel<M extends Pick<OpenModel, "identity" | "refusedAs"> = OpenModel> {
  readonly #options: SpeakingModelOptions<M>;
  #change: ModelChange | undefined;
  #current: M | undefined;
  /** What the spool knew has been given back to Redis, as it is before this process says anything. */
  #restored: Promise<ModelChange | undefined> | undefined;

  constructor(options: SpeakingModelOptions<M>) {
    this.#options = options;
    this.#current = options.models[0];
  }

  /** Which speaks, as far as this process knows; undefined where that one is not here. */
  get current(): M | undefined {
    return this.#current;
  }

  /** The number of the latest change that this process knows of. */
  get change(): number {
    return this.#change?.number ?? 0;
  }

  /** The one that speaks of a study that begins now. Throws NotYet where it is not here: other processes may have it. */
  async now(): Promise<M> {
    await this.look();
    if (this.#current === undefined) throw new NotYet(WAIT_MS);
    return this.#current;
  }

  /** Looks whether the word has been given to another. */
  async look(): Promise<void> {
    const { choice, records } = this.#options;
    // What Redis lost before this process began, the spool knows.
    if (this.#restored === undefined) return this.#begin();
    await this.#restored;
    const latest = await choice.latest();
    // A Redis that knows less than this process does has lost it.
    const isLost = (latest?.number ?? 0) < this.change;
    await this.#follow(isLost ? await records.restore(choice) : latest);
  }

  /** The first look. Whoever looks meanwhile waits for it, and where it fails the next is the first. */
  async #begin(): Promise<void> {
    const { choice, records } = this.#options;
    const restoring = records.restore(choice);
    this.#restored = restoring;
    try {
      await this.#follow(await restoring);
    } catch (error) {
      this.#restored = undefined;
      throw error;
    }
  }

  async #follow(change: ModelChange | undefined): Promise<void> {
    // Two looks at a time may end in the other order.
    if (change === undefined || change.number <= this.change) return;
    const { models, onChange } = this.#options;
    const known = this.change;
    this.#change = change;
    const chosen = models.find(({ identity }) => identity.packageHash === change.package.packageHash);
    this.#current = chosen?.refusedAs === undefined ? chosen : undefined;
    onChange(change, this.#current);
    await this.#record(known);
  }

  async #record(known: number): Promise<void> {
    const { choice, records, onUnrecorded } = this.#options;
    try {
      for (const change of await choice.history()) if (change.number > known) await records.keep(change);
    } catch (error) {
      onUnrecorded(error);
    }
  }
}
