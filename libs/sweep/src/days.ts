const DAY_MS = 24 * 3600 * 1000;

/** A day as DICOM writes it (DA, PS3.5 6.2). */
export function dicomDate(day: Date): string {
  return day.toISOString().slice(0, 10).replaceAll("-", "");
}

/** The day that somebody wrote as 2024-01-31 or 20240131; undefined where it is none. */
export function readDay(written: string): Date | undefined {
  const [, year, month, date] = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(written) ?? [];
  const day = new Date(`${year}-${month}-${date}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || day.getUTCDate() !== Number(date) ? undefined : day;
}

/** The days from `from` to `to`, both with them, as DICOM writes them. The newest first unless the oldest are wanted. */
export function daysBetween(from: Date, to: Date, { oldestFirst = false } = {}): string[] {
  const count = Math.round((to.getTime() - from.getTime()) / DAY_MS) + 1;
  const days = Array.from({ length: Math.max(0, count) }, (_, at) => dicomDate(new Date(from.getTime() + at * DAY_MS)));
  return oldestFirst ? days : days.reverse();
}
