import { InvalidArgumentError } from "commander";

/** Parses an option that takes a whole number. */
export function whole(least: number) {
  return (text: string) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`A whole number from ${least} on.`);
    return value;
  };
}

/** Parses an option that takes a number, from `least` to `most`. */
export function real(least: number, most = Number.MAX_VALUE) {
  return (text: string) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(`A number from ${least}${most === Number.MAX_VALUE ? " on" : ` to ${most}`}.`);
    }
    return value;
  };
}

/** Parses an option that takes one of a few words. */
export function oneOf<T extends string>(...choices: readonly T[]) {
  return (text: string): T => {
    if (!choices.includes(text as T)) throw new InvalidArgumentError(`One of ${choices.join(", ")}.`);
    return text as T;
  };
}

/** The work folder where none is named. */
export const DEFAULT_WORK = "training";
