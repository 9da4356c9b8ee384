import MiniSearch from "minisearch";
import type { MarkdownPage } from "./read-markdown.ts";

/** A page that can be searched. */
export interface SearchablePage {
  readonly address: string;
  readonly markdown: MarkdownPage;
}

/** How the index was made: the page that searches must know it too (public/site.js). */
const OPTIONS = { fields: ["heading", "page", "text"], storeFields: ["heading", "page", "address", "beginning"] };

const BEGINNING = 160;

/** An index of every section of every page, as a script: a page from a file may load no data, but it may load scripts. */
export function searchIndex(pages: readonly SearchablePage[]): string {
  const index = new MiniSearch(OPTIONS);
  index.addAll(
    pages.flatMap(({ address, markdown }, number) =>
      markdown.sections.map(({ heading, text }, section) => ({
        id: `${number}.${section}`,
        heading: heading.text,
        page: markdown.title,
        address: section === 0 ? address : `${address}#${heading.anchor}`,
        text,
        beginning: text.length > BEGINNING ? `${text.slice(0, text.lastIndexOf(" ", BEGINNING))} …` : text,
      })),
    ),
  );
  return `globalThis.redspotSearchIndex = ${JSON.stringify({ options: OPTIONS, index })};\n`;
}
