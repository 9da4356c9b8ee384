import { HOUR, WEEK } from "./study.ts";

const HOURS_OF_WEEK = 168;

/**
 * How many studies come in each hour, as a share of the mean: 24 hours of a day, from midnight. A shape like that of an
 * emergency department, quiet in the small hours, busiest from late morning to evening; not a measurement of one. Give
 * your own department's with --profile FILE.
 */
const DAY = [
  0.45, 0.35, 0.28, 0.22, 0.2, 0.22, 0.35, 0.6, 0.95, 1.3, 1.55, 1.6, 1.5, 1.45, 1.45, 1.5, 1.6, 1.65, 1.6, 1.45, 1.2,
  1.0, 0.8, 0.6,
];

/** Monday to Sunday: Monday brings what the weekend left at home. */
const DAYS_OF_WEEK = [1.3, 1.05, 1.0, 0.95, 0.95, 0.85, 0.9];

export const PROFILES = {
  flat: weekOf([1]),
  day: weekOf(DAY),
  week: weekOf(DAYS_OF_WEEK.flatMap((day) => DAY.map((hour) => day * hour))),
} as const;

/**
 * A week's 168 hours, Monday 00:00 first, with a mean of 1, from 168 figures, or from the 24 of a day, or from one.
 *
 * @throws {RangeError} where there are other than so many figures, or one is below 0, or all are 0
 */
export function weekOf(figures: readonly number[]): readonly number[] {
  if (![1, 24, HOURS_OF_WEEK].includes(figures.length)) {
    throw new RangeError(
      `${figures.length} figures: give 24, one for each hour of a day, or 168, one for each hour of a week`,
    );
  }
  const bad = figures.find((figure) => !(figure >= 0 && figure < Number.POSITIVE_INFINITY));
  if (bad !== undefined) throw new RangeError(`${bad}: give how many studies come in an hour, 0 or more`);
  const week = Array.from({ length: HOURS_OF_WEEK }, (_, hour) => figures[hour % figures.length]!);
  const mean = week.reduce((sum, figure) => sum + figure, 0) / HOURS_OF_WEEK;
  if (mean === 0) throw new RangeError("all figures are 0: nothing would ever arrive");
  return week.map((figure) => figure / mean);
}

/**
 * Arrivals of a Poisson process whose rate follows the week, by thinning (Lewis & Shedler 1979): candidates come at the
 * highest rate, and each is kept with the chance that its hour has of it.
 *
 * @param perHour mean over the week
 * @param uniform a random number from 0 to 1
 * @returns times in milliseconds, from 0 to `until`
 */
export function drawArrivals(perHour: number, week: readonly number[], until: number, uniform: () => number): number[] {
  const most = Math.max(...week);
  const meanGap = HOUR / (perHour * most);
  const arrivals: number[] = [];
  for (let time = 0; ; ) {
    time -= meanGap * Math.log(1 - uniform());
    if (time >= until) return arrivals;
    const share = week[Math.floor((time % WEEK) / HOUR)]! / most;
    if (share === 1 || uniform() < share) arrivals.push(time);
  }
}
