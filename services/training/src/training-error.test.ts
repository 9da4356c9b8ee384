import assert from "node:assert/strict";
import { test } from "node:test";
import { TRAINING_ERRORS, TrainingError, type TrainingErrorCode } from "./training-error.ts";

test("an error carries its code, and every code has a meaning", () => {
  for (const [code, meaning] of Object.entries(TRAINING_ERRORS)) {
    assert.match(code, /^[A-Z][A-Z_]+$/);
    assert.ok(meaning.length > 10, code);
    assert.equal(new TrainingError(code as TrainingErrorCode, "what, and the way out").code, code);
  }
});
