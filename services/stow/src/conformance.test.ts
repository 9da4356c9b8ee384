import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { hasPixels, isImage, isStorage } from "@redspot/dicom";
import { failureClassOf, hexOf } from "@redspot/dicomweb";
import { REFUSALS } from "@redspot/runtime";
import { COMPRESSED, UNCOMPRESSED } from "./bulk-media-type.ts";
import { variables } from "./config.ts";
import { INSTANCE_FAILURES, REQUEST_FAILURES } from "./failures.ts";
import { LENIENCES } from "./leniences.ts";
import { BODY_TYPES, RESPONSE_TYPES } from "./store-request.ts";
import { encodingOf, TAKEN, TAKEN_FAMILY, TAKEN_LENIENTLY } from "./transfer-syntax-rule.ts";
import { DATA_SET_DOES_NOT_MATCH } from "./warnings.ts";

const page = readFileSync(new URL("../../../docs/conformance.md", import.meta.url), "utf8");

/** The cells of the last table below a heading, without the table's own head. */
function rows(heading: string): string[][] {
  const section = page.split(/\n#+ /).find((one) => one.startsWith(heading)) ?? assert.fail(`no section ${heading}`);
  const table = section.split("\n\n").findLast((block) => block.startsWith("|")) ?? assert.fail("no table");
  const lines = table.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replace(/^`(.*)`$/, "$1")),
  );
}

const column = (heading: string, index: number) => rows(heading).map((cells) => cells[index]!);

test("every SOP class of the statement is treated as it says", () => {
  for (const [name, uid = "", stored, analysed, withoutPixels] of rows("4.1")) {
    assert.equal(stored, isStorage(uid) ? "yes" : "lenient", name);
    assert.equal(analysed, isImage(uid) ? "yes" : "no", name);
    assert.equal(withoutPixels, hasPixels(uid) ? hexOf(DATA_SET_DOES_NOT_MATCH.reason) : "", name);
  }
});

test("the statement has every transfer syntax that is taken, and no other", () => {
  const expected = [
    ...[...TAKEN.keys()].map((uid) => [uid, "yes"]),
    [`${TAKEN_FAMILY}*`, "yes"],
    ...[...TAKEN_LENIENTLY.keys()].map((uid) => [uid, "lenient"]),
  ];
  assert.deepEqual(
    rows("4.2")
      .map(([, uid, taken]) => [uid, taken])
      .sort(),
    expected.sort(),
  );
  for (const [, uid = "", taken] of rows("4.2")) {
    const one = uid.replace("*", "50");
    assert.ok(encodingOf(one, false));
    assert.equal(encodingOf(one, true) !== undefined, taken === "yes", uid);
  }
});

test("the statement has every media type, and no other", () => {
  const requests = rows("4.3");
  assert.deepEqual(requests, [
    [UNCOMPRESSED, "1.2.840.10008.1.2.1"],
    ...Object.entries(COMPRESSED).map(([type, uids]) => [type, uids.join(", ")]),
  ]);
  for (const type of BODY_TYPES) assert.ok(page.includes(`| \`multipart/related; type="${type}"\` |`), type);
  assert.equal([...page.matchAll(/^\| `multipart\/related; type=/gm)].length, BODY_TYPES.length);
  assert.deepEqual(column("4.4", 0), [...RESPONSE_TYPES]);
});

test("the statement has every status, and no other", () => {
  const ofInstances = Object.values(INSTANCE_FAILURES).map(({ reason }) => failureClassOf(reason).status);
  const ofRequests = Object.values(REQUEST_FAILURES).map(({ status }) => status);
  // Too many requests are answered 503 by the listener: see app.ts.
  const ofAccess = Object.values(REFUSALS).map(({ status }) => (status === 429 ? 503 : status));
  const expected = new Set<number>([200, 202, 204, ...ofInstances, ...ofRequests, ...ofAccess]);
  assert.deepEqual(column("6.1", 0).map(Number), [...expected].sort());
});

test("the statement has every reason, and no other", () => {
  const failures = Object.entries(INSTANCE_FAILURES).map(([code, { reason }]) => {
    return [hexOf(reason), code, String(failureClassOf(reason).status)];
  });
  assert.deepEqual(rows("6.2"), failures);
  const issued = rows("6.3").filter(([, when]) => !when?.startsWith("never"));
  assert.deepEqual(issued, [[hexOf(DATA_SET_DOES_NOT_MATCH.reason), DATA_SET_DOES_NOT_MATCH.meaning]]);
});

test("the statement has every lenience, and no other; and variables that there are", () => {
  const leniences = Object.entries(LENIENCES).map(([name, { sender }]) => [name, sender]);
  assert.deepEqual(
    rows("6.4").map(([name, sender]) => [name, sender]),
    leniences.map(([name, sender = ""]) => [name, sender.replace(/^`(.*)`$/, "$1")]),
  );
  const [ofTheListener = ""] = page.split("\n## 10 ");
  for (const [name] of ofTheListener.matchAll(/REDSPOT_(?!0|SR_)[A-Z_]+/g)) assert.ok(name in variables, name);
});

test("every reason, status and lenience is reached by a test", () => {
  const folder = new URL("./", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts") && name !== "conformance.test.ts");
  const tests = files.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  const codes = [...Object.keys(INSTANCE_FAILURES), ...Object.keys(REQUEST_FAILURES), ...Object.keys(LENIENCES)];
  const without = codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests));
  assert.deepEqual(without, []);
});
