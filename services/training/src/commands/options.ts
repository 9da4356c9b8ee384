import { InvalidArgumentError } from "commander";

/** Parses an option that takes a whole number. */
export function whole(least: number) {
  return (text: string) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`A whole number from ${least} on.`);
    return value;
  };
}

/** The work folder where none is named. */
export const DEFAULT_WORK = "training";
