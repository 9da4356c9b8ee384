import { RateLimiterMemory } from "rate-limiter-flexible";

export interface Limits {
  /** Requests of an identity within a minute. */
  requestsPerMinute: number;
  /** Bytes of an identity within a minute; they count once their request has ended. */
  bytesPerMinute: number;
  /** Wrong credentials from an address within a minute. */
  failuresPerMinute: number;
}

/** For how many seconds it is remembered who was let in. */
const LET_IN_SECONDS = 24 * 3600;

/** Nobody sends so much: what a limit is where none is set. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * Counts by the minute, in this process: of n processes each lets through its share. They hold up a sender that has run
 * wild and somebody who tries tokens, and ask nobody else, so that they do not fail with Redis.
 */
export class RateLimits {
  readonly #requests: RateLimiterMemory;
  readonly #bytes: RateLimiterMemory;
  readonly #failures: RateLimiterMemory;
  readonly #letIn = new RateLimiterMemory({ points: NO_LIMIT, duration: LET_IN_SECONDS });

  constructor({
    requestsPerMinute = NO_LIMIT,
    bytesPerMinute = NO_LIMIT,
    failuresPerMinute = NO_LIMIT,
  }: Partial<Limits>) {
    const counter = (points: number) => new RateLimiterMemory({ points, duration: 60 });
    this.#requests = counter(requestsPerMinute);
    this.#bytes = counter(bytesPerMinute);
    this.#failures = counter(failuresPerMinute);
  }

  /** Counts a request of an identity. Answers in how many seconds it may come again; 0 means now. */
  async request(identity: string): Promise<number> {
    const waitForBytes = await secondsLeft(this.#bytes, identity);
    if (waitForBytes > 0) return waitForBytes;
    await this.#requests.penalty(identity);
    return secondsLeft(this.#requests, identity);
  }

  /** Counts bytes that an identity has sent. */
  async bytes(identity: string, count: number): Promise<void> {
    if (count > 0) await this.#bytes.penalty(identity, count);
  }

  /** Counts wrong credentials from an address. Answers whether they were the last that it may present. */
  async failure(address: string): Promise<boolean> {
    const { consumedPoints } = await this.#failures.penalty(address);
    return consumedPoints === this.#failures.points;
  }

  /** In how many seconds credentials from an address are looked at again; 0 means now. */
  async blockedFor(address: string): Promise<number> {
    const state = await this.#failures.get(address);
    return state !== null && state.consumedPoints >= this.#failures.points ? Math.ceil(state.msBeforeNext / 1000) : 0;
  }

  /** Remembers for a day from now that an identity was let in from an address. */
  async letIn(address: string, identity: string): Promise<void> {
    await this.#letIn.set(`${address} ${identity}`, 1, LET_IN_SECONDS);
  }

  async wasLetIn(address: string, identity: string): Promise<boolean> {
    return (await this.#letIn.get(`${address} ${identity}`)) !== null;
  }
}

async function secondsLeft(counter: RateLimiterMemory, key: string): Promise<number> {
  const state = await counter.get(key);
  return state !== null && state.consumedPoints > counter.points
    ? Math.max(1, Math.ceil(state.msBeforeNext / 1000))
    : 0;
}
