import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";
import { escaped } from "@redspot/report";
import { type NavigationSection, readNavigation } from "./navigation.ts";
import { type PageContent, pageTemplate, type SiteLink } from "./page-template.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { searchIndex } from "./search-index.ts";
import { siteAddress, way } from "./site-address.ts";
import { isElsewhere, type SourcePage, sourcePages, targetOf } from "./source.ts";

const INDEX = "docs/README.md";
/** What makes a folder one of our sites, which may be written over. */
const MARK = "search-index.js";

export interface BuiltSite {
  readonly pages: number;
  /** Pictures, and files of the repository that pages lead to. */
  readonly files: number;
}

/**
 * Builds the site: every page of the documentation, and whatever of the repository they lead to, as files that need no
 * server and nothing from elsewhere.
 *
 * @throws {Error} where the folder holds something that is no such site
 */
export function buildSite(root: string, out: string): BuiltSite {
  clear(out);
  const pages = sourcePages(root);
  const build = new SiteBuild(root, out, pages);
  for (const page of pages) build.writePage(page);
  const files = build.writeWhatIsLinked();
  const searchable = pages.map(({ path, markdown }) => ({ address: siteAddress(root, path).address, markdown }));
  writeFileSync(join(out, MARK), searchIndex(searchable));
  copyOwnFiles(root, out);
  return { pages: pages.length, files };
}

function clear(out: string): void {
  if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, MARK))) {
    throw new Error(`${out} holds other files. Give a folder that is new, or one that holds such a site.`);
  }
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
}

/** Styles, scripts, and the library that searches. */
function copyOwnFiles(root: string, out: string): void {
  const own = join(import.meta.dirname, "..", "public");
  for (const name of readdirSync(own)) copyFileSync(join(own, name), join(out, name));
  // One look: the colours are those of the reading list.
  for (const name of ["colours.css", "favicon.svg"]) {
    copyFileSync(join(root, "services/worklist/public", name), join(out, name));
  }
  // It exports no file for a script without modules; that lies beside the one that it does export.
  const folder = join(dirname(createRequire(import.meta.url).resolve("minisearch")), "..", "..");
  copyFileSync(join(folder, "dist", "umd", "index.js"), join(out, "minisearch.js"));
  copyFileSync(join(folder, "LICENSE.txt"), join(out, "minisearch-licence.txt"));
}

class SiteBuild {
  readonly #root: string;
  readonly #out: string;
  readonly #pages: readonly SourcePage[];
  readonly #navigation: readonly { title: string; entries: SiteLink[] }[];
  readonly #inOrder: readonly SiteLink[];
  readonly #linked = new Set<string>();

  constructor(root: string, out: string, pages: readonly SourcePage[]) {
    this.#root = root;
    this.#out = out;
    this.#pages = pages;
    const index = pages.find(({ path }) => path === INDEX);
    this.#navigation = index ? readNavigation(index.content).map((section) => this.#section(section)) : [];
    this.#inOrder = this.#navigation.flatMap(({ entries }) => entries);
  }

  #section({ title, entries }: NavigationSection) {
    const links = entries.map((entry) => ({ title: entry.title, address: this.#leadsTo(INDEX, entry.target).address }));
    return { title, entries: links };
  }

  #leadsTo(page: string, target: string) {
    const { path, anchor } = targetOf(page, target);
    return { ...siteAddress(this.#root, path), anchor };
  }

  writePage({ path, markdown }: SourcePage): void {
    const { address } = siteAddress(this.#root, path);
    const resolve = (target: string) => {
      if (isElsewhere(target)) return target;
      const { kind, source, address: to, anchor } = this.#leadsTo(path, target);
      if (kind !== "page") this.#linked.add(source);
      if (target.startsWith("#")) return target;
      return `${way(address, to)}${anchor === undefined ? "" : `#${anchor}`}`;
    };
    const { title, headings } = markdown;
    this.#write(address, { title, headings, body: renderMarkdown(markdown, resolve) });
  }

  writeWhatIsLinked(): number {
    for (const path of this.#linked) {
      const { kind, address } = siteAddress(this.#root, path);
      if (kind === "picture") {
        mkdirSync(dirname(join(this.#out, address)), { recursive: true });
        copyFileSync(join(this.#root, path), join(this.#out, address));
      } else {
        const body = kind === "folder" ? this.#listing(path, address) : textOf(join(this.#root, path));
        const title = kind === "folder" ? (TITLES[path] ?? path) : path;
        this.#write(address, { title, headings: [], body: `<h1>${escaped(title)}</h1>\n${body}` });
      }
    }
    return this.#linked.size;
  }

  /** A folder that has no page of its own: the pages in it by their titles, or the names of its files. */
  #listing(folder: string, address: string): string {
    const pages = this.#pages.filter(({ path }) => posix.dirname(path) === folder);
    const items =
      pages.length > 0
        ? pages.map(({ path, markdown }) => {
            const to = way(address, siteAddress(this.#root, path).address);
            return `<li><a href="${to}">${escaped(markdown.title)}</a></li>`;
          })
        : readdirSync(join(this.#root, folder)).map((name) => `<li><code>${escaped(name)}</code></li>`);
    return `<ul>\n${items.join("\n")}\n</ul>`;
  }

  #write(address: string, content: Pick<PageContent, "title" | "headings" | "body">): void {
    const at = this.#inOrder.findIndex((link) => link.address === address);
    const above = this.#inOrder.find((link) => link.address === posix.join(posix.dirname(address), "index.html"));
    const current = at >= 0 ? address : posix.dirname(address) === "." ? undefined : above?.address;
    const [before, after] = at < 0 ? [] : [this.#inOrder[at - 1], this.#inOrder[at + 1]];
    const html = pageTemplate({
      ...content,
      navigation: this.#navigation,
      isCurrent: at >= 0,
      to: (target) => way(address, target),
      ...(current !== undefined && { current }),
      ...(before && { before }),
      ...(after && { after }),
    });
    const file = join(this.#out, address);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, html);
  }
}

/** What a folder without a page of its own is called. */
const TITLES: Readonly<Record<string, string>> = { "docs/decisions": "Decisions" };

function textOf(file: string): string {
  return `<div class="wide" role="group" tabindex="0" aria-label="The file"><pre><code>${escaped(readFileSync(file, "utf8"))}</code></pre></div>`;
}
