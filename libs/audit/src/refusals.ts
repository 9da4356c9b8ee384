/** A call that was refused: for what, and whose it was, as far as that is known. */
export interface Refusal {
  code: string;
  address?: string;
  by?: string;
}

interface RefusalsOptions {
  /** Told of a refusal, and of how many like it there were. */
  tell: (refusal: Refusal, count: number) => void;
  everyMs?: number;
}

/** Told apart within a minute; all others together are told as one, without address and name. */
const MOST_APART = 100;

/**
 * Refusals as they go into the audit trail: the first of its kind at once, and, once a minute, how many followed. Whoever
 * tries tokens by the thousand, from however many addresses, fills neither Redis nor the repository.
 */
export class Refusals {
  readonly #tell: RefusalsOptions["tell"];
  readonly #timer: NodeJS.Timeout;
  #more = new Map<string, { refusal: Refusal; count: number }>();

  constructor({ tell, everyMs = 60_000 }: RefusalsOptions) {
    this.#tell = tell;
    this.#timer = setInterval(() => this.#summarise(), everyMs).unref();
  }

  note(refusal: Refusal): void {
    const apart = JSON.stringify([refusal.code, refusal.address, refusal.by]);
    const isLate = !this.#more.has(apart) && this.#more.size >= MOST_APART;
    const key = isLate ? refusal.code : apart;
    const known = this.#more.get(key);
    if (known) known.count += 1;
    else {
      const told = isLate ? { code: refusal.code } : refusal;
      this.#more.set(key, { refusal: told, count: 0 });
      this.#tell(told, 1);
    }
  }

  /** Tells of what has not been told yet. */
  close(): void {
    clearInterval(this.#timer);
    this.#summarise();
  }

  #summarise(): void {
    const more = this.#more;
    this.#more = new Map();
    for (const { refusal, count } of more.values()) if (count > 0) this.#tell(refusal, count);
  }
}
