// TID 1204 Language of Content Item and Descendants (PS3.16)
import type { CodedConcept } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import { type Child, codeValueItem, relate } from "./content-item.ts";

/** The language that a content item and those below it are written in, by a tag of RFC 5646 (CID 5000). */
export function languageOfContent(language: CodedConcept): Child[] {
  return relate("HAS CONCEPT MOD", codeValueItem(Code.Language, language));
}
