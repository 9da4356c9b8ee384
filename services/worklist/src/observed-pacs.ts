import type { WorklistMetrics } from "./metrics.ts";
import type { Pacs } from "./pacs.ts";

/** After how long without an exchange the PACS is asked something, only to see whether it answers. */
const ASK_AFTER_MS = 60_000;

/** Codes of report failures and of DicomWebError: a PACS that refuses, or does not know what is asked for, is there. */
const ANSWERS = new Set(["PACS_REFUSED", "REFUSED", "NOT_FOUND"]);

/** An instance that no PACS has. */
const NOBODY = "2.25.0";

/**
 * The PACS, with each exchange timed and counted. Whether it answers is known from what it was last asked; in a quiet hour,
 * when the metrics are read, it is asked for an instance that does not exist.
 */
export function observedPacs(pacs: Pacs, metrics: WorklistMetrics, now: () => number = Date.now): Pacs {
  let askedAt = Number.NEGATIVE_INFINITY;
  let isUp: boolean | undefined;

  const observed =
    <A extends unknown[], T>(operation: string, exchange: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      const startedAt = performance.now();
      askedAt = now();
      try {
        const answer = await exchange(...given);
        isUp = true;
        return answer;
      } catch (error) {
        isUp = ANSWERS.has((error as { code?: string }).code ?? "");
        throw error;
      } finally {
        metrics.observe("redspot_stage_duration_seconds", { stage: "pacs" }, (performance.now() - startedAt) / 1000);
        metrics.add("redspot_pacs_requests_total", { operation, outcome: isUp ? "answered" : "failed" });
      }
    };
  const all = {
    store: observed("store", pacs.store),
    holds: observed("holds", pacs.holds),
    findStudy: observed("find-study", pacs.findStudy),
    findPatient: observed("find-patient", pacs.findPatient),
    findStudies: observed("find-studies", pacs.findStudies),
  };
  metrics.read(["redspot_pacs_up"], async (set) => {
    if (now() - askedAt > ASK_AFTER_MS) await all.holds(NOBODY, NOBODY).catch(() => undefined);
    if (isUp !== undefined) set("redspot_pacs_up", {}, isUp ? 1 : 0);
  });
  return all;
}
