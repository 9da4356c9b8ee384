import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  type IHalfOpenAfterBackoffContext,
} from "cockatiel";

export interface CircuitOptions {
  /** Whether an error says that the destination is in trouble, for every call alike. */
  isAway: (error: unknown) => boolean;
  /** Calls in a row that find it away before it is left in peace. */
  failures?: number;
  /** For how many milliseconds at first; twice as long each further time, up to `longestMs`. */
  firstMs?: number;
  longestMs?: number;
}

/** Not called at all: the destination is left in peace until `retryAfterMs` have passed. */
export class CircuitOpen extends Error {
  override readonly name = "CircuitOpen";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`the destination has been away; it is asked again in ${Math.ceil(retryAfterMs / 1000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * A circuit breaker around one destination. After some calls in a row that found it away none is made for a while; then
 * one goes ahead, and the others only if it came through. For how long is the destination's own to say, by an error's
 * `retryAfterMs` (Retry-After, RFC 9110 10.2.3), within bounds.
 */
export class Circuit {
  readonly #policy: CircuitBreakerPolicy;
  readonly #isAway: (error: unknown) => boolean;
  #openUntil = 0;

  constructor({ isAway, failures = 5, firstMs = 2_000, longestMs = 5 * 60_000 }: CircuitOptions) {
    const pause = ({ attempt, result }: IHalfOpenAfterBackoffContext) => {
      const asked = "error" in result ? (result.error as { retryAfterMs?: number }).retryAfterMs : undefined;
      const least = Math.max(firstMs * 2 ** Math.min(attempt - 1, 20), asked ?? 0);
      // A share on top, so that processes do not all ask at the same moment.
      const duration = Math.min(least, longestMs) * (1 + 0.2 * Math.random());
      this.#openUntil = Date.now() + duration;
      return { duration, next: pause };
    };
    this.#isAway = isAway;
    this.#policy = circuitBreaker(handleAll, {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: { next: pause },
    });
  }

  /** Whether the destination is left in peace; no longer when the next call would be made to see whether it is back. */
  get isOpen(): boolean {
    return this.#policy.state === CircuitState.Open && Date.now() < this.#openUntil;
  }

  /** Makes a call. Throws what it throws, or CircuitOpen without making it. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    // An error that says nothing about the destination came from a destination that is there.
    const outcome = () =>
      call().then(
        (answer) => ({ answer }),
        (error: unknown) => {
          if (this.#isAway(error)) throw error;
          return { error };
        },
      );
    try {
      const came = await this.#policy.execute(outcome);
      if ("error" in came) throw came.error;
      return came.answer;
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new CircuitOpen(Math.max(1, this.#openUntil - Date.now()));
      throw error;
    }
  }
}
