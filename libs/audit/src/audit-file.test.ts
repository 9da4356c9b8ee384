import assert from "node:assert/strict";
import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { workFolder } from "@redspot/testbed";
import type { AuditRecord } from "./audit-destination.ts";
import { AuditFile } from "./audit-file.ts";

const folder = workFolder("audit-file");
after(() => folder.remove());

const record = (id: string): AuditRecord => ({
  id,
  at: new Date(0),
  event: "Query",
  host: "h",
  pid: 1,
  xml: `<AuditMessage>"${id}"\n</AuditMessage>`,
});
const idsIn = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).id);

test("a line for each message, for its owner alone; a file that is moved away is begun anew", async () => {
  const path = join(folder.path, "audit.jsonl");
  const file = new AuditFile(path);
  await file.deliver([record("a"), record("b")]);
  await file.deliver([record("c")]);
  assert.deepEqual(idsIn(path), ["a", "b", "c"]);
  assert.equal(JSON.parse(readFileSync(path, "utf8").split("\n")[0]!).xml, record("a").xml);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  renameSync(path, `${path}.1`);
  await file.deliver([record("d")]);
  assert.deepEqual([idsIn(`${path}.1`), idsIn(path)], [["a", "b", "c"], ["d"]]);
});

test("after half a line, as a full disk leaves it, the next begins on a line of its own", async () => {
  const path = join(folder.path, "half.jsonl");
  writeFileSync(path, '{"id":"whole"}\n');
  appendFileSync(path, '{"id":"ha');
  await new AuditFile(path).deliver([record("next")]);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  assert.deepEqual([lines.length, lines[1], JSON.parse(lines[2]!).id], [3, '{"id":"ha', "next"]);
});

test("a file that cannot be written is said by its code, without its path", async () => {
  const file = new AuditFile(join(folder.path, "no such folder", "audit.jsonl"));
  await assert.rejects(file.deliver([record("a")]), { code: "AUDIT_NOT_WRITTEN", message: /\(ENOENT\)$/ });
});
