import GithubSlugger from "github-slugger";
import { Marked, type Token, type Tokens } from "marked";

/** A heading with its anchor, which is the one that GitHub, GitLab and Forgejo give it. */
export interface Heading {
  readonly depth: number;
  readonly text: string;
  readonly anchor: string;
}

/** A link or a picture, as the page has it. */
interface Link {
  readonly target: string;
  readonly kind: "link" | "image";
}

/** A page of Markdown (GitHub's: CommonMark with tables), taken apart. */
export interface MarkdownPage {
  /** Its first heading. */
  readonly title: string;
  readonly headings: readonly Heading[];
  readonly links: readonly Link[];
  /** What stands below each heading, without markup: what a search looks through. */
  readonly sections: readonly { readonly heading: Heading; readonly text: string }[];
  readonly tokens: readonly Token[];
}

const marked = new Marked({ gfm: true });

/**
 * Takes a page apart.
 *
 * @throws {Error} of a page that does not begin with a heading of the first level
 */
export function readMarkdown(text: string): MarkdownPage {
  const tokens = marked.lexer(text);
  const slugger = new GithubSlugger();
  const sections: { heading: Heading; text: string }[] = [];
  for (const token of tokens) {
    if (token.type === "heading") {
      const { depth, tokens: inner = [] } = token as Tokens.Heading;
      const words = plainText(inner);
      sections.push({ heading: { depth, text: words, anchor: slugger.slug(words) }, text: "" });
    } else if (sections.length > 0) {
      const section = sections.at(-1)!;
      section.text = `${section.text} ${plainText([token])}`.trim();
    }
  }
  const first = sections[0];
  if (first?.heading.depth !== 1) throw new Error("the page does not begin with a heading of the first level");
  return {
    title: first.heading.text,
    headings: sections.map(({ heading }) => heading),
    links: linksIn(tokens),
    sections,
    tokens,
  };
}

function linksIn(tokens: readonly Token[]): Link[] {
  const links: Link[] = [];
  void marked.walkTokens([...tokens], (token) => {
    if (token.type === "link") links.push({ target: (token as Tokens.Link).href, kind: "link" });
    if (token.type === "image") links.push({ target: (token as Tokens.Image).href, kind: "image" });
  });
  return links;
}

/** The words of tokens, with a space wherever something begins anew. */
export function plainText(tokens: readonly Token[]): string {
  return tokens.map(plain).join("").replace(/\s+/g, " ").trim();
}

function plain(token: Token): string {
  switch (token.type) {
    case "table": {
      const { header, rows } = token as Tokens.Table;
      return [header, ...rows].flatMap((row) => row.map((cell) => plainText(cell.tokens))).join(" ");
    }
    case "list":
      return (token as Tokens.List).items.map((item) => plainText(item.tokens)).join(" ");
    case "html":
    case "space":
    case "hr":
    case "br":
      return " ";
    case "image":
      return (token as Tokens.Image).text;
    default: {
      const { tokens, text, raw } = token as Tokens.Generic;
      if (tokens && tokens.length > 0) return tokens.map(plain).join("");
      return unescaped((text as string | undefined) ?? raw);
    }
  }
}

function unescaped(text: string): string {
  const letters: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#39;": "'" };
  return text.replace(/&(?:lt|gt|amp|quot|#39);/g, (entity) => letters[entity]!);
}
