import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { workFolder } from "@redspot/testbed";
import { spoolCheck } from "./spool-check.ts";

const folder = workFolder("spool-check");
after(() => folder.remove());

test("a folder that takes files is fine, and nothing is left in it", async () => {
  assert.match((await spoolCheck(folder.path).look()).state, /fine|doubtful/);
  assert.deepEqual(readdirSync(folder.path), []);
});

test("a file system without hard links is found", async () => {
  const giveName = () => Promise.reject(Object.assign(new Error("no"), { code: "EPERM", syscall: "link" }));
  const { state, found } = await spoolCheck(folder.path, { giveName }).look();
  assert.equal(state, "wrong");
  assert.match(found, /no hard links/);
  assert.deepEqual(readdirSync(folder.path), []);
});

test("what is no folder is found", async () => {
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  const { state, advice } = await spoolCheck(file).look();
  assert.equal(state, "wrong");
  assert.match(advice ?? "", /REDSPOT_SPOOL_DIR/);
});
