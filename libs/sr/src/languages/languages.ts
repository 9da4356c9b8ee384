import { AMERICAN_ENGLISH, BRITISH_ENGLISH } from "./english.ts";
import { GERMAN } from "./german.ts";
import type { Language } from "./language.ts";

/** The languages that a report can be written in, by their tags. */
export const LANGUAGES = {
  "en-GB": BRITISH_ENGLISH,
  "en-US": AMERICAN_ENGLISH,
  "de-DE": GERMAN,
} as const satisfies Record<string, Language>;

export type LanguageTag = keyof typeof LANGUAGES;

/** All tags, in the order of the table. */
export const LANGUAGE_TAGS = Object.keys(LANGUAGES) as [LanguageTag, ...LanguageTag[]];
