import { readDay } from "@redspot/sweep";
import { InvalidArgumentError } from "commander";

/** A day as an option of a command, at its beginning (UTC). */
export function day(written: string): Date {
  const read = readDay(written);
  if (!read) throw new InvalidArgumentError("A day, such as 2024-01-31.");
  return read;
}
