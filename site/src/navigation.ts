import type { Token, Tokens } from "marked";
import { plainText, readMarkdown } from "./read-markdown.ts";

interface NavigationEntry {
  readonly title: string;
  /** Relative to the folder of the index. */
  readonly target: string;
}

export interface NavigationSection {
  readonly title: string;
  readonly entries: readonly NavigationEntry[];
}

/**
 * The site's navigation is its index page, docs/README.md: a section for each heading of the second level, an entry for
 * each item of the lists below it, which begins with a link. So a forge shows the same as the site.
 */
export function readNavigation(index: string): NavigationSection[] {
  const sections: { title: string; entries: NavigationEntry[] }[] = [];
  for (const token of readMarkdown(index).tokens) {
    if (token.type === "heading" && (token as Tokens.Heading).depth === 2) {
      sections.push({ title: plainText((token as Tokens.Heading).tokens), entries: [] });
    }
    if (token.type !== "list") continue;
    for (const item of (token as Tokens.List).items) {
      const link = firstLink(item.tokens);
      if (link) sections.at(-1)?.entries.push({ title: plainText(link.tokens), target: link.href });
    }
  }
  return sections.filter(({ entries }) => entries.length > 0);
}

function firstLink(tokens: readonly Token[]): Tokens.Link | undefined {
  for (const token of tokens) {
    if (token.type === "link") return token as Tokens.Link;
    const found = firstLink((token as Tokens.Generic).tokens ?? []);
    if (found) return found;
  }
  return undefined;
}
