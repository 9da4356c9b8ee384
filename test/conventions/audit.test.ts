import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { describeAuditEvents } from "@redspot/audit";

test("docs/audit.md has every kind of event, and no other", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "audit.md"), "utf8");
  const start = page.indexOf("| kind | EventID |");
  const table = page.slice(start, page.indexOf("\n\n", start));
  assert.equal(table, describeAuditEvents());
});
