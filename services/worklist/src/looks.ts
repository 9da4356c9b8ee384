const QUARTER_OF_AN_HOUR_MS = 15 * 60_000;

/** So many looks are remembered; the oldest are forgotten first. */
const MOST_KEPT = 20_000;

/**
 * What was looked at by whom, so that the audit trail says it once in a quarter of an hour: a page that is open asks for
 * the same again and again.
 */
export class Looks {
  readonly #until = new Map<string, number>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Of some studies those that somebody has not looked at before. `remember` them once that is recorded. */
  unseen(by: string, what: "study" | "name", studies: readonly string[]): string[] {
    const now = this.#now().getTime();
    return studies.filter((study) => (this.#until.get(`${by} ${what} ${study}`) ?? 0) <= now);
  }

  remember(by: string, what: "study" | "name", studies: readonly string[]): void {
    const until = this.#now().getTime() + QUARTER_OF_AN_HOUR_MS;
    for (const study of studies) {
      const key = `${by} ${what} ${study}`;
      this.#until.delete(key);
      this.#until.set(key, until);
    }
    for (const key of this.#until.keys()) {
      if (this.#until.size <= MOST_KEPT) break;
      this.#until.delete(key);
    }
  }
}
