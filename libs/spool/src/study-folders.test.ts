import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FileSpool } from "./index.ts";

let root: string;
let spool: FileSpool;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "redspot-folders-"));
  spool = await FileSpool.open(root);
});

after(() => rm(root, { recursive: true }));

async function store(studyInstanceUID: string, sopInstanceUID: string): Promise<void> {
  const incoming = await spool.receive();
  await incoming.write(new Uint8Array(100));
  await incoming.commit({ studyInstanceUID, sopInstanceUID });
}

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

test("the first record under a name stays, whoever comes second is told of it", async () => {
  const puts = await Promise.all(
    ["one", "other"].map((word) => spool.putRecord("1.1", "finding-1", Buffer.from(word))),
  );
  const stored = text(await spool.readRecord("1.1", "finding-1"));
  assert.ok(stored === "one" || stored === "other");
  assert.deepEqual(puts.map(text), [stored, stored]);
  assert.equal(await spool.readRecord("1.1", "finding-2"), undefined);
  assert.equal(await spool.readRecord("1.9", "finding-1"), undefined);
  assert.deepEqual(await readdir(join(root, "tmp")), []);
  for (const name of ["../x", "finding", "finding-1.json"]) {
    await assert.rejects(spool.putRecord("1.1", name, new Uint8Array()), { code: "IO_FAILURE" });
  }
});

test("every study is told of with its instances and records, and so is each file that is none", async () => {
  await store("1.2", "1.2.1");
  await store("1.2", "1.2.2");
  await store("1.3", "1.3.1");
  await spool.putRecord("1.3", "report-1", Buffer.from("{}"));
  await mkdir(join(root, "instances", "lost+found"));
  const folder = spool.pathOf("1.2", "1.2.1").replace(/\/[^/]*$/, "");
  await writeFile(join(folder, "note.txt"), "");
  await writeFile(join(folder, "x.dcm"), "");
  await mkdir(join(folder, "..", "1.2.840.1"), { recursive: true });
  const strays: string[] = [];
  const found = await Array.fromAsync(spool.studies({ onStray: (path) => strays.push(path) }));
  const inOrder = found
    .map((one) => ({ ...one, sopInstanceUIDs: one.sopInstanceUIDs.sort() }))
    .sort((a, b) => (a.studyInstanceUID < b.studyInstanceUID ? -1 : 1));
  assert.deepEqual(inOrder, [
    { studyInstanceUID: "1.1", sopInstanceUIDs: [], records: ["finding-1"] },
    { studyInstanceUID: "1.2", sopInstanceUIDs: ["1.2.1", "1.2.2"], records: [] },
    { studyInstanceUID: "1.3", sopInstanceUIDs: ["1.3.1"], records: ["report-1"] },
  ]);
  assert.deepEqual(strays.map((path) => path.replace(/.*\//, "")).sort(), [
    "1.2.840.1",
    "lost+found",
    "note.txt",
    "x.dcm",
  ]);
});

test("an instance is removed with its preview, twice without harm, and the study's records stay", async () => {
  await store("1.4", "1.4.1");
  await spool.putPreview("1.4", "1.4.1", new Uint8Array(1));
  await spool.putRecord("1.4", "finding-1", Buffer.from("{}"));
  const { bytes, arrivedAt } = await spool.factsOf("1.4", "1.4.1");
  assert.equal(bytes, 100);
  assert.ok(Math.abs(arrivedAt.getTime() - Date.now()) < 60_000);
  for (const _twice of [1, 2]) await spool.remove("1.4", "1.4.1");
  await assert.rejects(spool.read("1.4", "1.4.1"), { code: "NOT_FOUND" });
  await assert.rejects(spool.factsOf("1.4", "1.4.1"), { code: "NOT_FOUND" });
  await assert.rejects(spool.readPreview("1.4", "1.4.1"), { code: "NOT_FOUND" });
  assert.equal(text(await spool.readRecord("1.4", "finding-1")), "{}");
});

test("what is recorded about the installation is among no study's records, and the first stays too", async () => {
  const puts = await Promise.all(["one", "other"].map((word) => spool.putNotice("change-1", Buffer.from(word))));
  const stored = text(await spool.readNotice("change-1"));
  assert.deepEqual(puts.map(text), [stored, stored]);
  assert.equal(await spool.readNotice("change-2"), undefined);
  await assert.rejects(spool.putNotice("../change-1", new Uint8Array()), { code: "IO_FAILURE" });
  const strays: string[] = [];
  for await (const study of spool.studies({ onStray: (path) => strays.push(path) })) {
    assert.ok(!study.records.includes("change-1"));
  }
  assert.ok(!strays.some((path) => path.includes("change-1")));
});
