import { setTimeout as wait } from "node:timers/promises";
import { DicomWebError } from "@redspot/dicomweb";
import type { Ask } from "./pacs-studies.ts";

interface PoliteOptions {
  /** Most questions a second. */
  rate: number;
  /** How often a question is asked that the PACS does not answer. */
  tries?: number;
  /** Told of every wait because the PACS does not answer. */
  onWait?: (error: DicomWebError, waitMs: number) => void;
  signal?: AbortSignal;
  /** Milliseconds; the clock and the waiting of tests. */
  now?: () => number;
  pause?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}

const LONGEST_WAIT_MS = 60_000;

/** What may pass while one waits. Wrong credentials do not, by themselves. */
const PASSING = new Set<DicomWebError["code"]>(["UNREACHABLE", "TIMED_OUT", "UNAVAILABLE"]);

/**
 * Asks a PACS that has others to serve: one question at a time, no more than `rate` a second, and where it does not answer,
 * the same again after as long as it asks for (Retry-After) or ever longer.
 */
export function politely({
  rate,
  tries = 8,
  onWait = () => {},
  signal,
  now = () => performance.now(),
  pause = (ms, stop) => wait(ms, undefined, { signal: stop as AbortSignal }),
}: PoliteOptions): Ask {
  let notBefore = 0;
  return async (question) => {
    for (let tried = 1; ; tried += 1) {
      signal?.throwIfAborted();
      const early = notBefore - now();
      if (early > 0) await pause(early, signal);
      notBefore = now() + 1000 / rate;
      try {
        return await question();
      } catch (error) {
        if (!(error instanceof DicomWebError) || !PASSING.has(error.code) || tried >= tries) throw error;
        const waitMs = error.retryAfterMs ?? Math.min(1000 * 2 ** (tried - 1), LONGEST_WAIT_MS);
        onWait(error, waitMs);
        await pause(waitMs, signal);
      }
    }
  };
}
