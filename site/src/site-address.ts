import { existsSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { pageOf } from "./source.ts";

const PICTURE = /\.(png|svg|jpg)$/;

/** What a path of the repository is in the site. */
export type SiteKind = "page" | "picture" | "folder" | "text";

/**
 * Where a path of the repository lies in the site: what is below docs/ at the top, everything else below `repository/`, so
 * that every link works wherever the site is copied to.
 */
export function siteAddress(root: string, path: string): { kind: SiteKind; source: string; address: string } {
  const source = existsSync(join(root, path)) ? pageOf(root, path) : path;
  const inSite =
    source === "docs" ? "" : source.startsWith("docs/") ? source.slice(5) : posix.join("repository", source);
  if (statSync(join(root, source)).isDirectory()) {
    return { kind: "folder", source, address: posix.join(inSite, "index.html") };
  }
  if (PICTURE.test(source)) return { kind: "picture", source, address: inSite };
  if (!source.endsWith(".md")) return { kind: "text", source, address: `${inSite}.html` };
  return { kind: "page", source, address: inSite.replace(/(^|\/)README\.md$/, "$1index.md").replace(/\.md$/, ".html") };
}

/** The way from one page of the site to another. */
export function way(from: string, to: string): string {
  return encodeURI(posix.relative(posix.dirname(from), to));
}
