import type { Outcome } from "@redspot/triage";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const WEEK = 7 * 24 * HOUR;

/**
 * A study of a simulated reading room. All that chance decides about it is decided before it is put in any order, so
 * that two orders can be compared study by study. Times in milliseconds; 0 is midnight before a Monday.
 */
export interface Study {
  readonly arrivedAt: number;
  /** When its finding is there, and it gets the place that the finding asks for. */
  readonly foundAt: number;
  /** How long a reader takes for it. */
  readonly readingTime: number;
  /** The truth. */
  readonly fracture: boolean;
  /** What the machine says. */
  readonly outcome: Outcome;
  /** Its calibrated probability; none of a study that is not analysed. */
  readonly probability?: number;
}
