import { escaped } from "@redspot/report";
import { Marked, type Tokens } from "marked";
import type { MarkdownPage } from "./read-markdown.ts";

/** Where a link or picture of the page leads to in the site. */
export type Resolve = (target: string) => string;

/**
 * The page as HTML that passes WCAG 2.2 AA: every heading can be linked to, what is wider than the screen can be scrolled by
 * keyboard, and a table's empty heads are none.
 */
export function renderMarkdown(page: MarkdownPage, resolve: Resolve): string {
  let heading = 0;
  let scrolled = 0;
  const scrolling = (what: string, html: string) =>
    `<div class="wide" role="group" tabindex="0" aria-label="${what} ${++scrolled}">${html}</div>\n`;
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const { anchor, text } = page.headings[heading++]!;
        const mark =
          depth === 1 ? "" : ` <a class="anchor" href="#${anchor}" aria-label="Link to: ${escaped(text)}">#</a>`;
        return `<h${depth} id="${anchor}">${this.parser.parseInline(tokens)}${mark}</h${depth}>\n`;
      },
      code({ text }: Tokens.Code): string {
        return scrolling("Code", `<pre><code>${escaped(text)}</code></pre>`);
      },
      table({ header, rows }: Tokens.Table): string {
        const cell = ({ tokens }: Tokens.TableCell, tag: string) => {
          const content = this.parser.parseInline(tokens);
          return content === "" ? "<td></td>" : `<${tag}>${content}</${tag}>`;
        };
        const row = (cells: Tokens.TableCell[], tag: string) =>
          `<tr>${cells.map((one) => cell(one, tag)).join("")}</tr>\n`;
        const head = header.some(({ text }) => text !== "") ? `<thead>${row(header, "th")}</thead>` : "";
        const body = rows.map((cells) => row(cells, "td")).join("");
        return scrolling("Table", `<table>${head}<tbody>${body}</tbody></table>`);
      },
      link({ href, title, tokens }: Tokens.Link): string {
        const hint = title ? ` title="${escaped(title)}"` : "";
        return `<a href="${escaped(resolve(href))}"${hint}>${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }: Tokens.Image): string {
        return `<img src="${escaped(resolve(href))}" alt="${escaped(text)}" loading="lazy">`;
      },
      codespan({ text }: Tokens.Codespan): string {
        // Long names may break, but not within a word.
        return `<code>${escaped(text).replace(/(?<=[\w>;][/_:=.,]|[a-z]-)(?=[\w{&*$])/g, "<wbr>")}</code>`;
      },
      html({ text }: Tokens.HTML | Tokens.Tag): string {
        // A comment is for who writes the page; other HTML is not used in it.
        return text.startsWith("<!--") ? "" : escaped(text);
      },
    },
  });
  return marked.parser([...page.tokens]);
}
