import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DicomWebError, errorOfStatus, FAILURE_CLASSES } from "@redspot/dicomweb";
import { JOB_FAILURES } from "@redspot/queue";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "errors.md"), "utf8");

/** The rows of a section's tables, cell by cell, without their heads. */
function rowsOf(heading: string): string[][] {
  const section = page.split(/^## /m).find((one) => one.startsWith(heading)) ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("| "));
  const rows = lines.map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
  return rows.filter(([first = ""]) => /^(`|[0-9A-Fx]{4}$|\d{3}|none)/.test(first));
}

test("docs/errors.md: what a job can fail for is the table by which it is tried again", () => {
  const expected = Object.entries(JOB_FAILURES).map(([code, failure]) => [
    `\`${code}\``,
    "away" in failure ? "waits" : failure.retry ? "yes" : "no",
    failure.text,
    failure.advice,
  ]);
  assert.deepEqual(rowsOf("Jobs: a try fails"), expected);
});

test("docs/errors.md: Failure Reasons and statuses are transient or permanent as the code has it", () => {
  const rows = rowsOf("Sending to the PACS");
  const reasons = rows.filter(([first = ""]) => /^[0-9A-Fx]{4}$/.test(first));
  const expected = FAILURE_CLASSES.map(({ pattern, retryable, meaning }) => [
    pattern,
    retryable ? "transient" : "permanent",
    meaning,
  ]);
  assert.deepEqual(reasons, expected);
  const statuses = rows.filter(([first = ""]) => /^\d{3}\b/.test(first) && !/^[0-9A-Fx]{4}$/.test(first));
  assert.ok(statuses.length >= 4);
  for (const [codes = "", transient] of statuses) {
    for (const [status] of codes.matchAll(/\d{3}/g)) {
      const error = errorOfStatus("asking", Number(status));
      assert.ok(error instanceof DicomWebError);
      assert.equal(error.retryable ? "transient" : "permanent", transient, status);
    }
  }
});
