import { z } from "zod";
import { needs } from "./config.ts";

/** A variable that names a file, and may be left out; `others` as `needs` has them. */
export function fileVariable(about: string, ...others: string[]) {
  return needs(others, z.string().min(1).optional().describe(about));
}
