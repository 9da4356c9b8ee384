/**
 * Has the backlog wait for live studies. While one is in hand nothing of the backlog begins, so that a live study finds no
 * more before it than what was running when it came: one preparation a thread, one batch.
 */
export class LiveFirst {
  readonly #mostAtOnce: number;
  readonly #onQuiet: () => void;
  readonly #turns: (() => void)[] = [];
  #live = 0;
  #underWay = 0;

  /**
   * @param mostAtOnce how many pieces of the backlog's work are under way at a time: as many as there are threads for it,
   * so that none of them stands in a queue before a live one
   * @param onQuiet told when the last live study has gone
   */
  constructor({ mostAtOnce, onQuiet = () => {} }: { mostAtOnce: number; onQuiet?: () => void }) {
    this.#mostAtOnce = mostAtOnce;
    this.#onQuiet = onQuiet;
  }

  /** Whether no live study is in hand. */
  get quiet(): boolean {
    return this.#live === 0;
  }

  /** Does a live study's work, at once. */
  async live<T>(work: () => Promise<T>): Promise<T> {
    this.#live++;
    try {
      return await work();
    } finally {
      this.#live--;
      if (this.quiet) this.#onQuiet();
      this.#next();
    }
  }

  /** Does a piece of the backlog's work when its turn has come. */
  async backlog<T>(work: () => Promise<T>): Promise<T> {
    const turn = Promise.withResolvers<void>();
    this.#turns.push(turn.resolve);
    this.#next();
    await turn.promise;
    try {
      return await work();
    } finally {
      this.#underWay--;
      this.#next();
    }
  }

  #next(): void {
    while (this.quiet && this.#underWay < this.#mostAtOnce) {
      const turn = this.#turns.shift();
      if (!turn) return;
      this.#underWay++;
      turn();
    }
  }
}
