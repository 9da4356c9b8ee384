import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { failureClassOf, hexOf } from "@redspot/dicomweb";
import { INSTANCE_FAILURES, REQUEST_FAILURES } from "./failures.ts";

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");

/** The rows of the table below a heading, without its header. */
function rows(heading: string): string[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const lines = section.split("\n## ")[0]!.split("\n");
  return lines.filter((line) => line.startsWith("| `"));
}

test("docs/errors.md has every failure of an instance, and no other", () => {
  const expected = Object.entries(INSTANCE_FAILURES).map(([code, { reason, meaning }]) => {
    const { status, retryable } = failureClassOf(reason);
    return `| \`${code}\` | ${hexOf(reason)} | ${status} | ${retryable ? "yes" : "no"} | ${meaning} |`;
  });
  assert.deepEqual(rows("Storing: an instance fails"), expected);
});

test("docs/errors.md has every failure of a request, and no other", () => {
  const expected = Object.entries(REQUEST_FAILURES).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
  );
  assert.deepEqual(rows("Storing: a request is refused"), expected);
});

test("no two failures share a Failure Reason", () => {
  const reasons = Object.values(INSTANCE_FAILURES).map(({ reason }) => reason);
  assert.equal(new Set(reasons).size, reasons.length);
});
