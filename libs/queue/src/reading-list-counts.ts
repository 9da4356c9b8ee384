import type { Priority } from "@redspot/triage";

/** How much is on the list. */
export interface ReadingListCounts {
  open: Record<Priority, Record<"SCHEDULED" | "IN PROGRESS", number>>;
  done: number;
  /** When the study arrived that waits longest to be taken up, in milliseconds since 1970; none where none waits. */
  oldestArrival: Partial<Record<Priority, number>>;
  findingsAfterOpening: number;
}

const PRIORITIES = ["HIGH", "MEDIUM", "LOW"] as const;
const OPEN_STATES = ["SCHEDULED", "IN PROGRESS"] as const;

/** What is counted with every page: open studies by priority and state, the longest waits, those done, findings too late. */
export type Counted = [open: number[], oldest: string[], done: number, findingsAfterOpening: string];

export function countsOf([numbers, oldest, done, findingsAfterOpening]: Counted): ReadingListCounts {
  const open = PRIORITIES.map((priority, row) => {
    const states = OPEN_STATES.map((state, column) => [state, numbers[row * OPEN_STATES.length + column]]);
    return [priority, Object.fromEntries(states)];
  });
  const waiting = PRIORITIES.flatMap((priority, row) => (oldest[row] ? [[priority, Number(oldest[row])]] : []));
  return {
    open: Object.fromEntries(open),
    done,
    oldestArrival: Object.fromEntries(waiting),
    findingsAfterOpening: Number(findingsAfterOpening),
  };
}
