import type { Setting } from "@redspot/runtime";
import { closest } from "fastest-levenshtein";

interface UnknownVariable {
  name: string;
  /** The name that was probably meant. */
  meant: string;
}

/** Names of an environment that begin as Redspot's do and that nothing reads: most are misspelt. */
export function unknownVariables(names: readonly string[], settings: readonly Setting[]): UnknownVariable[] {
  const known = new Set(settings.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name])));
  return names
    .filter((name) => name.startsWith("REDSPOT_") && !known.has(name))
    .map((name) => ({ name, meant: closest(name, [...known]) }));
}
