import type { ReadingList } from "@redspot/queue";
import { type OrderEffect, orderEffect } from "@redspot/triage";

/** What `GET /reading-list/effect` answers: what the order won and lost against first come, first served. */
export interface Effect extends OrderEffect {
  /** ISO 8601. */
  readonly since: string;
  readonly asOf: string;
}

/** Midnight before a moment, where this service stands: its zone is TZ's. */
export function startOfDay(moment: Date): Date {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
}

/**
 * What the order has done since a moment, from what was opened and from what waits. Of those that wait only as many can
 * have been passed over as were opened, and they are those that have waited longest.
 */
export async function effectSince(
  since: Date,
  asOf: Date,
  list: Pick<ReadingList, "opened" | "waitingLongest">,
): Promise<Effect> {
  const opened = await list.opened(since.getTime());
  const waiting = await list.waitingLongest(opened.length);
  const studies = [...opened, ...waiting.map((study) => ({ ...study, pinned: false, lane: "live" as const }))];
  return { since: since.toISOString(), asOf: asOf.toISOString(), ...orderEffect(studies, asOf.getTime()) };
}
