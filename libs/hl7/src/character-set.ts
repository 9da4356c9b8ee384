/** Character sets of messages (HL7 table 0211), and what Node calls them. */
export const CHARACTER_SETS = { "UNICODE UTF-8": "utf8", "8859/1": "latin1" } as const;
export type CharacterSet = keyof typeof CHARACTER_SETS;

const BEYOND_8859_1 = /[^\0-\u00ff]/gu;

/** Whether a character set has all characters of a text. */
export function has(set: CharacterSet, text: string): boolean {
  return set === "UNICODE UTF-8" || text.normalize("NFC").search(BEYOND_8859_1) < 0;
}

/**
 * A text as a character set can have it: of a letter that it lacks the one without its marks (ę, e), and where there is none (ł, 山)
 * a question mark, which nobody takes for a letter.
 */
export function written(set: CharacterSet, text: string): string {
  if (set === "UNICODE UTF-8") return text;
  return text.normalize("NFC").replace(BEYOND_8859_1, (letter) => {
    const bare = letter.normalize("NFD").replace(/\p{M}/gu, "");
    return bare !== "" && has(set, bare) ? bare : "?";
  });
}
