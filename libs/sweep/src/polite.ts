import { setTimeout as wait } from "node:timers/promises";
import { DicomWebError } from "@redspot/dicomweb";
import limit from "p-limit";
import type { Ask } from "./pacs-studies.ts";

interface PoliteOptions {
  /** Most questions a second; no such bound where left out. */
  rate?: number;
  /** Most questions at a time. */
  atOnce?: number;
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
 * Asks a PACS that has others to serve: no more questions at a time and a second than were agreed; and where it does not
 * answer, none at all for as long as it asks for (Retry-After), or ever longer.
 */
export function politely({
  rate = Number.POSITIVE_INFINITY,
  atOnce = 1,
  tries = 8,
  onWait = () => {},
  signal,
  now = () => performance.now(),
  pause = (ms, stop) => wait(ms, undefined, stop ? { signal: stop } : {}),
}: PoliteOptions): Ask {
  const inTurn = limit(atOnce);
  let notBefore = 0;
  let unanswered = 0;

  const turn = async () => {
    for (;;) {
      signal?.throwIfAborted();
      const early = notBefore - now();
      if (early <= 0) break;
      await pause(early, signal);
    }
    notBefore = now() + 1000 / rate;
  };

  return (question) =>
    inTurn(async () => {
      for (let tried = 1; ; tried += 1) {
        await turn();
        try {
          const answer = await question();
          unanswered = 0;
          return answer;
        } catch (error) {
          if (!(error instanceof DicomWebError) || !PASSING.has(error.code)) throw error;
          const waitMs = error.retryAfterMs ?? Math.min(1000 * 2 ** unanswered, LONGEST_WAIT_MS);
          unanswered += 1;
          notBefore = Math.max(notBefore, now() + waitMs);
          if (tried >= tries) throw error;
          onWait(error, waitMs);
        }
      }
    });
}
