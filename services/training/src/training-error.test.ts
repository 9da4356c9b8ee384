import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { TRAINING_ERRORS, TrainingError, type TrainingErrorCode } from "./training-error.ts";

test("an error carries its code, and every code has a meaning", () => {
  for (const [code, meaning] of Object.entries(TRAINING_ERRORS)) {
    assert.match(code, /^[A-Z][A-Z_]+$/);
    assert.ok(meaning.length > 10, code);
    assert.equal(new TrainingError(code as TrainingErrorCode, "what, and the way out").code, code);
  }
});

test("docs/training.md tells what to do about each code, and about no other", async () => {
  const page = await readFile(new URL("../../../docs/training.md", import.meta.url), "utf8");
  const told = [...page.matchAll(/^\| `([A-Z_]+)` \| .{10,}\|$/gm)].map(([, code]) => code);
  assert.deepEqual(told.sort(), Object.keys(TRAINING_ERRORS).sort());
});
