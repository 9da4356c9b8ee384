import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { type MarkdownPage, readMarkdown } from "./read-markdown.ts";

/** Pages outside docs/ that belong to the documentation. */
const OUTSIDE = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "helm/redspot/README.md"];

/** A page of the documentation, by its path in the repository. */
export interface SourcePage {
  readonly path: string;
  readonly content: string;
  readonly markdown: MarkdownPage;
}

/** Every page there is: all Markdown below docs/, and the few that lie where people look for them. */
export function sourcePages(root: string): SourcePage[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => posix.join("docs", file))
    .sort();
  return [...docs, ...OUTSIDE.filter((path) => existsSync(join(root, path)))].map((path) => {
    const content = readFileSync(join(root, path), "utf8");
    try {
      return { path, content, markdown: readMarkdown(content) };
    } catch (cause) {
      throw new Error(`${path}: ${(cause as Error).message}`, { cause });
    }
  });
}

/** Whether a target leads out of the repository. */
export function isElsewhere(target: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(target);
}

/** What a link of a page means: a path in the repository, and an anchor in it. */
export function targetOf(page: string, target: string): { path: string; anchor?: string } {
  const [file = "", anchor] = target.split("#", 2);
  const path = file === "" ? page : posix.join(dirname(page), decodeURI(file));
  return { path: path.replace(/\/$/, ""), ...(anchor !== undefined && { anchor: decodeURIComponent(anchor) }) };
}

/** Links that lead nowhere: to no file of the repository, or to no heading of a page. Each with its page and what is wrong. */
export function brokenLinks(root: string, pages: readonly SourcePage[]): string[] {
  const anchors = new Map(
    pages.map(({ path, markdown }) => [path, new Set(markdown.headings.map(({ anchor }) => anchor))]),
  );
  return pages.flatMap(({ path: page, markdown }) =>
    markdown.links.flatMap(({ target }) => {
      if (isElsewhere(target)) return [];
      const { path, anchor } = targetOf(page, target);
      if (relative(root, join(root, path)).startsWith("..")) return [`${page}: ${target} leads out of the repository`];
      if (!existsSync(join(root, path))) return [`${page}: ${target} does not exist`];
      if (anchor === undefined) return [];
      return anchors.get(pageOf(root, path))?.has(anchor) ? [] : [`${page}: ${target} is no heading there`];
    }),
  );
}

/** A folder with a README is that page. */
export function pageOf(root: string, path: string): string {
  const readme = posix.join(path, "README.md");
  return statSync(join(root, path)).isDirectory() && existsSync(join(root, readme)) ? readme : path;
}
