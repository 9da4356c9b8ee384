import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..", "..");

test("docs/configuration.md is what npm run configuration writes", () => {
  const main = join(root, "services", "admin", "src", "main.ts");
  const page = execFileSync(process.execPath, [main, "config", "page"], { encoding: "utf8" });
  assert.equal(readFileSync(join(root, "docs", "configuration.md"), "utf8"), page);
});
