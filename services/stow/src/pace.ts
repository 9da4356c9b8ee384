import { RequestFailure } from "./failures.ts";

export interface PaceLimits {
  minBytesPerSecond: number;
  /** Over how long a time that is looked at. */
  windowMs: number;
}

/**
 * How fast a sender is. Only the time counts in which this service waits for bytes: a disk that is slower than the
 * sender is not the sender's fault. A sender who trickles just enough to never fall silent would otherwise hold a place
 * for ever.
 */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #now: () => number;
  #bytes = 0;
  #waitedMs = 0;
  #askedAt: number | undefined;

  /** @param now a clock in milliseconds that never goes back */
  constructor(limits: PaceLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** From now on the sender is waited for. */
  wait(): void {
    this.#askedAt = this.#now();
  }

  /** So many bytes have come. Throws TOO_SLOW at the end of a window in which there were too few. */
  take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#askedAt !== undefined) this.#waitedMs += this.#now() - this.#askedAt;
    this.#askedAt = undefined;
    if (this.#waitedMs < this.#limits.windowMs) return;
    const bytesPerSecond = (1000 * this.#bytes) / this.#waitedMs;
    if (bytesPerSecond < this.#limits.minBytesPerSecond) {
      throw new RequestFailure("TOO_SLOW", `less than ${this.#limits.minBytesPerSecond} bytes a second`);
    }
    this.#bytes = 0;
    this.#waitedMs = 0;
  }
}
