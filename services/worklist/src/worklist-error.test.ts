import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { WORKLIST_ERRORS } from "./worklist-error.ts";

test("docs/errors.md has every error of this service, with its status and meaning, and no other", () => {
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
  const section = page.split(/\n## /).find((one) => one.startsWith("The reading list")) ?? assert.fail("no section");
  const rows = [...section.matchAll(/^\| `(\w+)` \| (\d+) \| (.+) \|$/gm)].map(([, ...cells]) => cells);
  const expected = Object.entries(WORKLIST_ERRORS).map(([code, { status, text }]) => [code, String(status), text]);
  assert.deepEqual(rows.sort(), expected.sort());
});
