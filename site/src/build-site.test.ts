import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { buildSite } from "./build-site.ts";
import { brokenLinks, sourcePages } from "./source.ts";

const repository = join(import.meta.dirname, "..", "..");

describe("the site", () => {
  const out = mkdtempSync(join(tmpdir(), "redspot-site-"));
  const files = () => readdirSync(out, { recursive: true, encoding: "utf8" });
  const html = (page: string) => readFileSync(join(out, page), "utf8");
  let pages: number;

  before(() => {
    ({ pages } = buildSite(repository, out));
  });
  after(() => rmSync(out, { recursive: true }));

  test("has every page of docs/, each with a title of its own", () => {
    const sources = sourcePages(repository);
    assert.equal(pages, sources.length);
    for (const { path, markdown } of sources.filter(({ path }) => path.startsWith("docs/"))) {
      const page = path
        .slice(5)
        .replace(/(^|\/)README\.md$/, "$1index.md")
        .replace(/\.md$/, ".html");
      assert.ok(html(page).includes("<main"), path);
      assert.match(html(page), /<title>[^<]*Redspot[^<]*<\/title>/, path);
      assert.ok(markdown.title.length > 0);
    }
  });

  test("no link and no picture of it leads to nothing, or out of it", () => {
    for (const page of files().filter((file) => file.endsWith(".html"))) {
      for (const [, target = ""] of html(page).matchAll(/(?:href|src)="([^"]*)"/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = "", anchor] = target.split("#");
        const lies = join(dirname(page), decodeURI(file));
        assert.ok(!lies.startsWith(".."), `${page}: ${target} leads out of the site`);
        const leadsTo = file === "" ? page : lies;
        assert.ok(existsSync(join(out, leadsTo)), `${page}: ${target} does not exist`);
        if (anchor) assert.ok(html(leadsTo).includes(`id="${decodeURIComponent(anchor)}"`), `${page}: ${target}`);
      }
    }
  });

  test("loads nothing from elsewhere", () => {
    for (const page of files().filter((file) => /\.(html|css)$/.test(file))) {
      assert.doesNotMatch(html(page), /(?:src=|<link[^>]*href=|url\()["']?(?:https?:)?\/\//, page);
    }
  });

  test("a folder that holds something else is not written over", () => {
    const folder = mkdtempSync(join(tmpdir(), "redspot-no-site-"));
    try {
      writeFileSync(join(folder, "thesis.txt"), "three years");
      assert.throws(() => buildSite(repository, folder), /holds other files/);
      assert.ok(existsSync(join(folder, "thesis.txt")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("links that lead nowhere are told with their page", () => {
  const root = mkdtempSync(join(tmpdir(), "redspot-links-"));
  try {
    mkdirSync(join(root, "docs", "folder"), { recursive: true });
    writeFileSync(join(root, "docs", "b.md"), "# B\n\n## Here\n");
    const links = ["b.md", "b.md#here", "#a", "folder/", "https://example.org", "b.md#there", "c.md", "../../x.md"];
    writeFileSync(join(root, "docs", "a.md"), `# A\n\n${links.map((to) => `[x](${to})`).join(" ")}\n`);
    assert.deepEqual(brokenLinks(root, sourcePages(root)), [
      "docs/a.md: b.md#there is no heading there",
      "docs/a.md: c.md does not exist",
      "docs/a.md: ../../x.md leads out of the repository",
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
