import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brokenLinks, pageOf, readNavigation, type SourcePage, sourcePages, targetOf } from "@redspot/site";
import { hasProgram } from "@redspot/testbed";
import { serviceNames, variablesOf } from "./service-variables.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const pages = sourcePages(root);

describe("the documentation", () => {
  for (const { path: page, content: text } of pages) {
    test(`${page}: every npm command is there`, () => {
      for (const [command, script = ""] of text.matchAll(/npm run ([\w:-]+)/g)) {
        assert.ok(script in scripts, `${command} is no script of package.json`);
      }
    });
  }

  test("every link leads to a file that is there, and every anchor to a heading of it", () => {
    assert.deepEqual(brokenLinks(root, pages), []);
  });

  test("docs/README.md, which is the site's navigation, leads to every page once", () => {
    const index = "docs/README.md";
    const entries = readNavigation(readFileSync(join(root, index), "utf8")).flatMap((section) => section.entries);
    const led = entries.map(({ target }) => pageOf(root, targetOf(index, target).path));
    assert.deepEqual(led, [...new Set(led)], "an entry stands there twice");
    // Those in folders are found by their folder's page, which has to lead to each.
    const ofFolder = (path: string) => pages.find((one) => one.path === join(dirname(path), "README.md"));
    for (const { path } of pages) {
      if (path === index || led.includes(path) || led.includes(dirname(path))) continue;
      const above = ofFolder(path);
      const listed = above !== undefined && led.includes(above.path) && leadsTo(above, path);
      assert.ok(listed, `${path} is in no list: name it in ${index}`);
    }
  });

  test("every variable that a page names is one of a service, or of docker-compose.yml", () => {
    const ofCompose = readFileSync(join(root, ".env.example"), "utf8").match(/REDSPOT_\w+/g) ?? [];
    const implementationVersionName = "REDSPOT_0_1";
    const known = new Set([...serviceNames.flatMap(variablesOf), ...ofCompose, implementationVersionName]);
    // A name that ends in _ stands for all that begin with it.
    const isKnown = (name: string) =>
      known.has(name.replace(/_FILE$/, "")) || (name.endsWith("_") && [...known].some((one) => one.startsWith(name)));
    for (const { path, content } of pages.filter((page) => page.path !== "CHANGELOG.md")) {
      for (const [name] of content.matchAll(/REDSPOT_\w+/g)) assert.ok(isKnown(name), `${path}: ${name}`);
    }
  });

  test("docs/security.md: the openssl commands make certificates that fit together", {
    skip: hasProgram("openssl") ? false : "openssl is not installed",
  }, () => {
    const page = readFileSync(join(root, "docs/security.md"), "utf8");
    const [, commands = ""] = /```\n(openssl [^`]*)```/.exec(page) ?? [];
    const folder = mkdtempSync(join(tmpdir(), "redspot-openssl-"));
    try {
      execFileSync("sh", ["-euc", commands], { cwd: folder, stdio: "pipe" });
      const certificate = (name: string) => new X509Certificate(readFileSync(join(folder, name)));
      for (const name of ["tls", "pacs"]) {
        const issued = certificate(`${name}.crt`);
        assert.ok(issued.checkIssued(certificate("ca.crt")), name);
        assert.ok(issued.checkPrivateKey(createPrivateKey(readFileSync(join(folder, `${name}.key`)))), name);
      }
      assert.ok(certificate("tls.crt").checkHost("redspot.example.org"));
      assert.ok(certificate("pacs.crt").subject.includes("CN=pacs.example.org"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("every script of package.json runs files that exist", () => {
    for (const [name, script] of Object.entries(scripts)) {
      for (const word of script.split(/[\s"]+/)) {
        if (!/^[\w./-]+\.(sh|ts)$/.test(word)) continue;
        assert.ok(existsSync(join(root, word)), `${name}: ${word} does not exist`);
      }
    }
  });
});

function leadsTo({ path: page, markdown }: SourcePage, path: string): boolean {
  return markdown.links.some(({ target }) => targetOf(page, target).path === path);
}
