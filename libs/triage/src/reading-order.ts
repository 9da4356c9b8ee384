import type { Outcome } from "./finding.ts";

/** Scheduled Procedure Step Priority (0074,1200): the only attribute of DICOM that means "read sooner" (PS3.3 C.30.1). */
export type Priority = "HIGH" | "MEDIUM" | "LOW";

/** The priority that a finding asks for. Nothing falls below MEDIUM: the machine can help a study forward, never back. */
export function priorityOf(outcome: Outcome | undefined): Priority {
  return outcome === "fracture" ? "HIGH" : "MEDIUM";
}

/**
 * Where a study stands on the reading list, smallest first: its arrival, moved forward by the head start if flagged.
 * Neither changes as time passes, so nothing has to be scored again; and with one reader a flagged study never waits
 * longer than first come, first served, while another waits at most for the flagged work of one head start.
 *
 * @param arrivedAt milliseconds since 1970
 * @param headStart milliseconds
 */
export function readingOrder(arrivedAt: number, priority: Priority, headStart: number): number {
  return priority === "HIGH" ? arrivedAt - headStart : arrivedAt;
}
