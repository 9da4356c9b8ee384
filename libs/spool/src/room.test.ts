import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { FileSpool } from "./index.ts";
import { Room } from "./room.ts";

const run = promisify(execFile);
const MIB = 1024 * 1024;

test("room is what is free above the reserve, and never below nothing", async () => {
  let free = 100;
  const room = new Room("/", 60, async () => free);
  assert.equal(await room.bytes(), 40);
  await room.mustBeLeft();
  free = 60;
  assert.equal(await room.bytes(), 0);
  await assert.rejects(room.mustBeLeft(), { code: "NO_SPACE" });
  free = 10;
  assert.equal(await room.bytes(), 0);
  free = 61;
  await room.mustBeLeft();
});

test("where there is plenty the file system is asked once in a moment, and else each time", async () => {
  const gib = 1024 * MIB;
  let free = 3 * gib;
  let now = 0;
  let asked = 0;
  const count = async () => {
    asked += 1;
    return free;
  };
  const room = new Room("/", gib, count, () => now);
  assert.equal(await room.bytes(), 2 * gib);
  await room.mustBeLeft();
  assert.equal(asked, 1);
  free = 2 * gib - 1;
  now = 100;
  assert.equal(await room.bytes(), gib - 1);
  free = gib;
  await assert.rejects(room.mustBeLeft(), { code: "NO_SPACE" });
  assert.equal(asked, 3);
});

test("a file system that is there has room", async () => {
  assert.ok((await new Room(tmpdir(), 0).bytes()) > 0);
});

test("a large instance is given up when its file system runs into the reserve", async () => {
  const root = await mkdtemp(join(tmpdir(), "redspot-room-"));
  let free = 100 * MIB;
  const spool = await FileSpool.open(root, { reserveBytes: 50 * MIB, freeBytes: async () => free });
  const incoming = await spool.receive();
  const chunk = new Uint8Array(MIB);
  await incoming.write(chunk);
  free = 50 * MIB;
  await assert.rejects(
    async () => {
      for (let written = 1; written < 40; written += 1) await incoming.write(chunk);
      await incoming.commit({ studyInstanceUID: "1.2.3", sopInstanceUID: "1.2.4" });
    },
    { code: "NO_SPACE" },
  );
  await incoming.abort();
  assert.deepEqual(await spool.list("1.2.3"), []);
  await rm(root, { recursive: true });
});

test("so is bulk data that comes on its own", async () => {
  const root = await mkdtemp(join(tmpdir(), "redspot-room-"));
  let free = 100 * MIB;
  const spool = await FileSpool.open(root, { reserveBytes: 50 * MIB, freeBytes: async () => free });
  const data = await spool.receiveBulkData();
  const chunk = new Uint8Array(MIB);
  await data.write(chunk);
  free = 50 * MIB;
  await assert.rejects(
    async () => {
      for (let written = 1; written < 40; written += 1) await data.write(chunk);
    },
    { code: "NO_SPACE" },
  );
  await data.remove();
  await rm(root, { recursive: true });
});

test("a small real file system refuses before it is full, and takes again when there is room", async (context) => {
  const root = await mkdtemp(join(tmpdir(), "redspot-room-"));
  try {
    await run("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", root]);
  } catch {
    await rm(root, { recursive: true });
    return context.skip("mounting takes root");
  }
  try {
    const spool = await FileSpool.open(root, { reserveBytes: MIB });
    const store = async (name: string) => {
      const incoming = await spool.receive();
      await incoming.write(new Uint8Array(1000));
      return (await incoming.commit({ studyInstanceUID: "1.2.3", sopInstanceUID: name })).outcome;
    };
    assert.equal(await store("1.1"), "stored");
    const ballast = join(root, "ballast");
    await writeFile(ballast, new Uint8Array(3.2 * MIB));
    assert.equal(await spool.room(), 0);
    await assert.rejects(store("1.2"), { code: "NO_SPACE" });
    await truncate(ballast);
    assert.equal(await store("1.2"), "stored");
  } finally {
    await run("umount", [root]);
    await rm(root, { recursive: true });
  }
});
