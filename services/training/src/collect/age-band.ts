import type { Case } from "../work-folder.ts";

/** An adult's age as wide as a subgroup needs it, and no finer: a date of birth would name people. */
export function ageBandOf(years: number | null | undefined): Case["ageBand"] {
  if (years === null || years === undefined || years < 18) return null;
  if (years < 40) return "18-39";
  if (years < 60) return "40-59";
  return years < 80 ? "60-79" : "80+";
}
