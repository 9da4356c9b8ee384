// TID 1204 Language of Content Item and Descendants (PS3.16)
import { code } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import { type Child, codeValueItem, relate } from "./content-item.ts";
import type { Language } from "./languages/language.ts";

/** The language that a content item and those below it are written in, by a tag of RFC 5646 (CID 5000). */
export function languageOfContent({ tag, name }: Language): Child[] {
  return relate("HAS CONCEPT MOD", codeValueItem(Code.Language, code(tag, "RFC5646", name)));
}
