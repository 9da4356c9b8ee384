import { TestbedError } from "./testbed-error.ts";

/** What is needed here of a line of services/worklist's `GET /reading-list`. */
export interface ReadingListLine {
  /** Its place, from 1. */
  readonly position: number;
  readonly studyInstanceUID: string;
  readonly arrivedAt: string;
  /** "live" or "backlog". */
  readonly lane: string;
  /** "fracture", "no-fracture", "inconclusive" or "not-analysed"; null while it waits for its analysis. */
  readonly outcome: string | null;
  readonly probability?: number | null;
  readonly reason?: { readonly code: string; readonly text: string } | null;
  /** The study's revision that the finding is about; absent while it waits. */
  readonly revision?: number;
  readonly report: { readonly state: string; readonly code?: string };
}

interface Page {
  readonly total: number;
  readonly workitems: readonly ReadingListLine[];
}

/** The whole reading list, in reading order, as the worklist service gives it. */
export async function readReadingList(worklistUrl: string, token: string): Promise<ReadingListLine[]> {
  const lines: ReadingListLine[] = [];
  for (;;) {
    const response = await fetch(`${worklistUrl}/reading-list?limit=500&offset=${lines.length}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new TestbedError("QUERY_FAILED", `GET /reading-list answered ${response.status}.`);
    const { total, workitems } = (await response.json()) as Page;
    lines.push(...workitems);
    if (lines.length >= total || workitems.length === 0) return lines;
  }
}
