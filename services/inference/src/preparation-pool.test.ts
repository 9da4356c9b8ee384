import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeStudy } from "@redspot/phantom";
import { FileSpool } from "@redspot/spool";
import { openPreparationPool } from "./preparation-pool.ts";

test("an image whose preview cannot be kept is prepared all the same", async () => {
  const spoolDir = mkdtempSync(join(tmpdir(), "redspot-preparation-"));
  const { studyInstanceUID, instances } = makeStudy({
    seed: 1,
    views: ["lateral"],
    imageClass: "CR",
    matrix: { rows: 256, columns: 176 },
  });
  const { sopInstanceUID, bytes } = instances[0]!;
  const spool = await FileSpool.open(spoolDir);
  const incoming = await spool.receive();
  await incoming.write(bytes);
  await incoming.commit({ studyInstanceUID, sopInstanceUID });
  // No folder can be made where there is a file: like a full disk, which a test cannot have everywhere.
  writeFileSync(join(spoolDir, "previews"), "");
  const pool = openPreparationPool({ threads: 1, spoolDir });
  try {
    const preparation = await pool.prepare({ studyInstanceUID, sopInstanceUID });
    assert.ok("prepared" in preparation, JSON.stringify(preparation));
    assert.equal(preparation.prepared.input.size, 299);
    await assert.rejects(spool.readPreview(studyInstanceUID, sopInstanceUID));
  } finally {
    await pool.close();
    rmSync(spoolDir, { recursive: true });
  }
});
