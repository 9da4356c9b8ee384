import { HOUR, WEEK } from "./study.ts";

/** How many readers are there, and when that changes. */
export interface Roster {
  readersAt(time: number): number;
  /** The first moment after the given one at which their number changes; infinity where it never does. */
  nextChange(after: number): number;
  /** Their number over a week, on average. */
  readonly mean: number;
}

const DAY_BEGINS = 8;
const DAY_ENDS = 20;

/** Monday to Friday, 08:00 to 20:00, so many readers, and at all other times as many as are on call. */
export function weeklyRoster(byDay: number, onCall: number): Roster {
  if (byDay === onCall) {
    return { readersAt: () => byDay, nextChange: () => Number.POSITIVE_INFINITY, mean: byDay };
  }
  const changes = [0, 1, 2, 3, 4].flatMap((day) => [day * 24 + DAY_BEGINS, day * 24 + DAY_ENDS]);
  const isDay = (hour: number) => hour < 5 * 24 && hour % 24 >= DAY_BEGINS && hour % 24 < DAY_ENDS;
  return {
    readersAt: (time) => (isDay((time % WEEK) / HOUR) ? byDay : onCall),
    nextChange(after) {
      const from = Math.max(0, after);
      const week = Math.floor(from / WEEK) * WEEK;
      const next = changes.find((hour) => week + hour * HOUR > from);
      return next === undefined ? week + WEEK + changes[0]! * HOUR : week + next * HOUR;
    },
    mean: Array.from({ length: 168 }, (_, hour) => (isDay(hour) ? byDay : onCall)).reduce((sum, n) => sum + n, 0) / 168,
  };
}
