import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { workFolder } from "@redspot/testbed";
import { loseUnsynced } from "./power-cut.ts";

const folder = workFolder("power-cut");
const root = join(realpathSync(folder.path), "spool");
const journal = join(folder.path, "synced.jsonl");

afterEach(() => {
  rmSync(root, { recursive: true });
  rmSync(journal);
});

after(() => folder.remove());

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
});

for (const durable of [true, false]) {
  test(`what the spool has said it holds is ${durable ? "left" : "lost where durability is switched off"}`, () => {
    mkdirSync(root);
    run(`
      const { FileSpool } = await import(${JSON.stringify(import.meta.resolve("@redspot/spool"))});
      const spool = await FileSpool.open(root, { durable: ${durable} });
      const store = async (sopInstanceUID, bytes) => {
        const incoming = await spool.receive();
        await incoming.write(Buffer.from(bytes));
        return (await incoming.commit({ studyInstanceUID: "1.2", sopInstanceUID })).outcome;
      };
      const outcomes = [await store("1.2.1", "one"), await store("1.2.2", "two"), await store("1.2.1", "one")];
      if (outcomes.join() !== "stored,stored,duplicate") throw new Error(outcomes.join());
      await spool.putRecord("1.3", "finding-1", Buffer.from("{}"));
      // The disk's own time: what is above the spool was there before.
      const folder = await open(root);
      await folder.sync();
      await folder.close();
    `);
    loseUnsynced(root, journal);
    const left = globSync("instances/*/*/*", { cwd: root }).map((path) => path.slice(path.lastIndexOf("/") + 1));
    assert.deepEqual(left.sort(), durable ? ["1.2.1.dcm", "1.2.2.dcm", "finding-1.json"] : []);
  });
}
