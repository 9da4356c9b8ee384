/**
 * Lets many through together, or one alone. Who wants to be alone waits until all that are inside have left, and
 * meanwhile nobody else is let in, so that it comes to its turn.
 */
export class Gate {
  #inside = 0;
  #alone = false;
  readonly #waitingAlone: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];

  /** Runs some work inside, alone or together with others. */
  async pass<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    const entered = Promise.withResolvers<void>();
    (alone ? this.#waitingAlone : this.#waiting).push(entered.resolve);
    this.#admit();
    await entered.promise;
    try {
      return await work();
    } finally {
      this.#inside -= 1;
      this.#alone = false;
      this.#admit();
    }
  }

  #admit(): void {
    if (this.#alone) return;
    if (this.#waitingAlone.length > 0) {
      if (this.#inside > 0) return;
      this.#alone = true;
      this.#inside = 1;
      this.#waitingAlone.shift()?.();
      return;
    }
    for (const enter of this.#waiting.splice(0)) {
      this.#inside += 1;
      enter();
    }
  }
}
