import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MESSAGE_TYPES } from "@redspot/hl7";
import { LANGUAGE_TAGS, REPORT_CLASSES } from "@redspot/sr";
import { REASONS } from "@redspot/triage";
import { variables } from "./variables.ts";

const read = (page: string) => readFileSync(new URL(`../../../docs/${page}.md`, import.meta.url), "utf8");
const pages = { conformance: read("conformance"), reports: read("reports") };
const ours = Object.keys(variables).filter((name) => name.startsWith("REDSPOT_SR_"));

for (const [name, page] of Object.entries(pages)) {
  test(`docs/${name}.md names every setting of the reports, and none that there is not`, () => {
    const named = new Set([...page.matchAll(/REDSPOT_SR_\w+/g)].map(([variable]) => variable));
    assert.deepEqual([...named].sort(), [...ours].sort());
  });

  test(`docs/${name}.md names every language`, () => {
    for (const tag of LANGUAGE_TAGS) assert.ok(page.includes(`\`${tag}\``), tag);
  });
}

test("the conformance statement has the SOP classes of the reports", () => {
  const [, sent = ""] = pages.conformance.split("### 4.6");
  for (const { sopClassUID, name } of Object.values(REPORT_CLASSES)) {
    assert.ok(sent.includes(`| ${name} Storage | ${sopClassUID} |`), name);
  }
});

test("the conformance statement names the profile of audit messages, and every message of HL7 that may be sent", () => {
  const [, security = ""] = pages.conformance.split("## 8 Security");
  for (const said of ["PS3.15 A.5", "SYSLOG-TLS (A.6)", "[audit.md](audit.md)", "[hl7.md](hl7.md)"])
    assert.ok(security.includes(said), said);
  const named = [...security.matchAll(/`([A-Z]{3}\^[A-Z]\d\d)`/g)].map(([, type]) => type);
  assert.deepEqual(named.toSorted(), Object.keys(MESSAGE_TYPES).toSorted());
});

test("docs/reports.md has every reason, as it is told, and no other", () => {
  const rows = [...pages.reports.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \|/gm)].filter(
    ([, code]) => !code?.startsWith("REDSPOT"),
  );
  assert.deepEqual(Object.fromEntries(rows.map(([, code, words]) => [code, words])), REASONS);
});
