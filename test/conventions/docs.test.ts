import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "helm/redspot/README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
];

describe("the documentation", () => {
  for (const page of pages) {
    const text = readFileSync(join(root, page), "utf8");

    test(`${page}: every npm command is there`, () => {
      for (const [command, script = ""] of text.matchAll(/npm run ([\w:-]+)/g)) {
        assert.ok(script in scripts, `${command} is no script of package.json`);
      }
    });

    test(`${page}: every link leads somewhere`, () => {
      for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^https?:/.test(target)) continue;
        assert.ok(existsSync(join(root, dirname(page), target)), `${target} does not exist`);
      }
    });
  }

  test("every script of package.json runs files that exist", () => {
    for (const [name, script] of Object.entries(scripts)) {
      for (const word of script.split(/[\s"]+/)) {
        if (!/^[\w./-]+\.(sh|ts)$/.test(word)) continue;
        assert.ok(existsSync(join(root, word)), `${name}: ${word} does not exist`);
      }
    }
  });
});
