import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { workFolder } from "@redspot/testbed";
import { loseUnsynced } from "./power-cut.ts";

const folder = workFolder("power-cut");
const root = join(realpathSync(folder.path), "spool");
const journal = join(folder.path, "synced.jsonl");

/** Runs a program as the services are run: with its fsyncs written down. */
function run(source: string): void {
  const script = join(folder.path, "program.mjs");
  writeFileSync(
    script,
    `import { link, mkdir, open } from "node:fs/promises";\nconst root = ${JSON.stringify(root)};\n${source}`,
  );
  const preload = `${pathToFileURL(join(import.meta.dirname, "sync-journal.ts")).href}?journal=${journal}`;
  execFileSync(process.execPath, [`--import=${preload}`, script], { stdio: "pipe" });
}

test("a power cut leaves what was synced, by file and by name, and nothing else", () => {
  mkdirSync(root);
  run(`
    const sync = async (path) => { const file = await open(path); await file.sync(); await file.close(); };
    const write = async (path, synced) => {
      const file = await open(path, "wx");
      await file.write("bytes");
      if (synced) await file.datasync();
      await file.close();
    };
    for (const study of ["kept", "unnamed"]) await mkdir(root + "/" + study);
    await write(root + "/kept/whole", true);
    await write(root + "/kept/no-bytes", false);
    await write(root + "/unnamed/whole", true);
    await sync(root + "/kept");
    await sync(root + "/unnamed");
    await write(root + "/kept/too-late", true);
    await write(root + "/tmp", true);
    await link(root + "/tmp", root + "/kept/linked");
    await sync(root + "/kept");
    await write(root + "/kept/no-name", true);
  `);
  // Only what is named in the root is reached: the root is synced while one of its folders is not there.
  execFileSync("mv", [join(root, "unnamed"), join(folder.path, "aside")]);
  run(`const folder = await open(root); await folder.sync(); await folder.close();`);
  execFileSync("mv", [join(folder.path, "aside"), join(root, "unnamed")]);

  const lost = loseUnsynced(root, journal);
  const left = ["kept/whole", "kept/too-late", "kept/linked", "tmp"].filter((name) => existsSync(join(root, name)));
  assert.deepEqual(left, ["kept/whole", "kept/too-late", "kept/linked", "tmp"]);
  for (const name of ["kept/no-bytes", "kept/no-name", "unnamed"]) assert.ok(!existsSync(join(root, name)), name);
  assert.equal(lost, 3);
  folder.remove();
});
