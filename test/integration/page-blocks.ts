import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readMarkdown } from "@redspot/site";

const repository = join(import.meta.dirname, "..", "..");

/** What stands for what in a page: an address of the example for one of this test. */
export type Replacements = readonly (readonly [from: string | RegExp, to: string])[];

/**
 * The code blocks of a page by what stands after their opening fence (`json orthanc.json`), those without left out; each
 * replacement must be in some block, so that a page and its test do not part unnoticed.
 */
export function pageBlocks(page: string): (name: string, replacements?: Replacements) => string {
  const { tokens } = readMarkdown(readFileSync(join(repository, page), "utf8"));
  const blocks = new Map<string, string>();
  for (const token of tokens) if (token.type === "code" && token.lang) blocks.set(token.lang, token.text);
  return (name, replacements = []) => {
    let text = blocks.get(name);
    if (text === undefined) throw new Error(`${page} has no block "${name}"; it has ${[...blocks.keys()].join(", ")}`);
    for (const [from, to] of replacements) text = text.replaceAll(from, to);
    return text;
  };
}
