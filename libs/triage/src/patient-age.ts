import { type DataSet, text } from "@redspot/dicom";

const DAYS_PER_YEAR = 365.25;
const UNIT_IN_YEARS = { Y: 1, M: 1 / 12, W: 7 / DAYS_PER_YEAR, D: 1 / DAYS_PER_YEAR };

/** When the image was made, by what is there: Study Date may be empty (type 2). They are days apart at most. */
const WHEN_TAKEN = ["StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "AcquisitionDateTime"];

/**
 * The patient's age in years: Patient's Age (0010,1010), an Age String such as 034Y (PS3.5 6.2), or else from Patient's
 * Birth Date to Study Date or another date of the image; undefined where neither can be read.
 */
export function ageInYears(dataSet: DataSet): number | undefined {
  const stated = /^(\d{1,3})([DWMY])$/.exec(text(dataSet, "PatientAge") ?? "");
  if (stated) return Number(stated[1]) * UNIT_IN_YEARS[stated[2] as keyof typeof UNIT_IN_YEARS];
  const born = dateOf(text(dataSet, "PatientBirthDate"));
  const [taken] = WHEN_TAKEN.flatMap((keyword) => dateOf(text(dataSet, keyword)) ?? []);
  if (born === undefined || taken === undefined || taken < born) return undefined;
  return (taken - born) / (DAYS_PER_YEAR * 86_400_000);
}

/** A DA value (PS3.5 6.2), YYYYMMDD, or the beginning of a DT value, as milliseconds since 1970. */
function dateOf(value: string | undefined): number | undefined {
  const parts = /^(\d{4})\.?(\d{2})\.?(\d{2})(\d{2}|$)/.exec(value ?? "");
  if (!parts) return undefined;
  const time = Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return Number.isNaN(time) ? undefined : time;
}
