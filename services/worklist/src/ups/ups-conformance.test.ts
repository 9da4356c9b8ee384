import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ANSWERS, type UpsTransaction, WARNINGS } from "./ups-answer.ts";

const page = readFileSync(new URL("../../../../docs/conformance.md", import.meta.url), "utf8");
const errors = readFileSync(new URL("../../../../docs/errors.md", import.meta.url), "utf8");

/** The cells of the last table below a heading, without the table's own head. */
function rows(heading: string): string[][] {
  const section = page.split(/\n#+ /).find((one) => one.startsWith(heading)) ?? assert.fail(`no section ${heading}`);
  const table = section.split("\n\n").findLast((block) => block.startsWith("|")) ?? assert.fail("no table");
  const lines = table.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** What PS3.18 calls the transactions. */
const NAMES: Record<UpsTransaction, string> = {
  create: "Create",
  retrieve: "Retrieve",
  update: "Update",
  changeState: "Change State",
  requestCancellation: "Request Cancellation",
  search: "Search",
  subscribe: "Subscribe",
  unsubscribe: "Unsubscribe",
  suspend: "Suspend",
};

test("the statement has every answer of every transaction, and no other", () => {
  const expected = Object.entries(ANSWERS).flatMap(([transaction, answers]) =>
    Object.entries(answers).map(([status, { http, warning, meaning }]) => [
      NAMES[transaction as UpsTransaction],
      status,
      String(http),
      warning === undefined ? "" : WARNINGS[warning],
      meaning,
    ]),
  );
  assert.deepEqual(rows("10.4").sort(), expected.sort());
});

test("the statement has every warning text, and no other", () => {
  assert.deepEqual(
    rows("10.5")
      .map(([text]) => text)
      .sort(),
    Object.values(WARNINGS).toSorted(),
  );
});

test("every status and every warning is reached by a test", () => {
  const folder = new URL("./", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts") && name !== "ups-conformance.test.ts");
  const tests = files.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  const statuses = new Set(Object.values(ANSWERS).flatMap((answers) => Object.keys(answers)));
  // Success and what already was so are told by the HTTP status and the Warning, not in a body.
  const told = [...statuses].filter((status) => !/^(0000|B\w+)$/.test(status));
  assert.deepEqual(
    told.filter((status) => !tests.includes(`"${status}"`)),
    [],
  );
  assert.deepEqual(
    Object.values(WARNINGS).filter((text) => !tests.includes(text)),
    [],
  );
});

test("docs/errors.md says what a refused transaction looks like", () => {
  assert.match(errors, /UPS_REFUSED/);
});
