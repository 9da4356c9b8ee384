import { MANUFACTURERS } from "@redspot/phantom";
import type { CasesFile } from "./work-folder.ts";

/** Whether there are phantoms among the cases: their manufacturers do not exist. */
export function isSynthetic({ cases }: Pick<CasesFile, "cases">): boolean {
  return cases.some(({ manufacturer }) => manufacturer !== null && MANUFACTURERS.includes(manufacturer));
}
