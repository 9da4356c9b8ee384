import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Blocks } from "./blocks.ts";
import { Comparison } from "./comparison.ts";
import { create, takesDirectWrites } from "./direct-io.ts";
import { DurableFolders } from "./durable.ts";
import { IncomingFile, type Place } from "./incoming-file.ts";
import { FileSpool, ReadMemory, SpoolError } from "./index.ts";
import { Layout } from "./layout.ts";
import { Room } from "./room.ts";
import type { IncomingInstance } from "./spool.ts";

const STUDY = "1.2.3.4";
let root: string;
let spool: FileSpool;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "redspot-spool-"));
  spool = await FileSpool.open(root);
});

after(() => rm(root, { recursive: true }));

async function receive(...chunks: Uint8Array[]): Promise<IncomingInstance> {
  const incoming = await spool.receive();
  for (const chunk of chunks) await incoming.write(chunk);
  return incoming;
}

function placeOf(folder: string): Place {
  const blocks = new Blocks({ count: 2, bytes: 2 ** 20 });
  return {
    ...{ layout: new Layout(folder), folders: new DurableFolders(folder, true), durable: true, direct: false },
    ...{ blocks, comparison: new Comparison(false), room: new Room(folder, 0) },
  };
}

function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed) & 0xff);
}

const coded = (code: string) => (error: unknown) => error instanceof SpoolError && error.code === code;

test("an instance comes back as it went in", async () => {
  const content = bytes(3_000_000, 7);
  const incoming = await receive(content.subarray(0, 1), content.subarray(1, 1), content.subarray(1, 2_500_000));
  await incoming.write(content.subarray(2_500_000));
  const committed = await incoming.commit({ studyInstanceUID: STUDY, sopInstanceUID: "1.2.3.4.1" });

  assert.deepEqual(committed, { outcome: "stored", bytes: 3_000_000 });
  const back = await spool.read(STUDY, "1.2.3.4.1");
  assert.ok(Buffer.from(content).equals(back));
  assert.equal(back.byteLength, back.buffer.byteLength);
  assert.deepEqual(await readdir(join(root, "tmp")), []);
});

test("names that may be lost are made durable by what is recorded durably next", async (context) => {
  const handle = await open(root);
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const synced = context.mock.method(prototype, "sync");
  const contents = context.mock.method(prototype, "datasync");
  const lax = await FileSpool.open(root, { durableNames: false });
  const study = "1.2.3.41";
  await lax.putRecord(study, "fetched-1", new Uint8Array());
  const incoming = await lax.receive();
  await incoming.write(bytes(5000, 3));
  await incoming.commit({ studyInstanceUID: study, sopInstanceUID: "1.2.3.41.1" });
  assert.equal(synced.mock.callCount(), 0, "no folder");
  assert.equal(contents.mock.callCount(), 1, "the instance");

  await spool.putRecord(study, "finding-1", bytes(10, 1));
  assert.ok(synced.mock.callCount() >= 2, "the study's folder, and the one that holds it");
});

test("instances can be read into the same memory, which grows with the largest", async () => {
  const sizes = { "1.2.3.4.21": 1000, "1.2.3.4.22": 200_000, "1.2.3.4.23": 8192, "1.2.3.4.24": 70_000 };
  const memory = new ReadMemory(2000);
  const buffers = new Set<ArrayBufferLike>();
  for (const [sopInstanceUID, size] of Object.entries(sizes)) {
    await (await receive(bytes(size, size))).commit({ studyInstanceUID: STUDY, sopInstanceUID });
    const back = await spool.read(STUDY, sopInstanceUID, memory);
    assert.ok(Buffer.from(bytes(size, size)).equals(back), sopInstanceUID);
    buffers.add(back.buffer);
  }
  assert.equal(buffers.size, 2, "the one for the first, and a larger one for all that come after");
});

test("many small chunks arrive in order", async () => {
  const content = bytes(200_000, 3);
  const incoming = await spool.receive();
  for (let at = 0; at < content.length; at += 77) await incoming.write(content.subarray(at, at + 77));
  await incoming.commit({ studyInstanceUID: STUDY, sopInstanceUID: "1.2.3.4.2" });
  assert.ok(Buffer.from(content).equals(await spool.read(STUDY, "1.2.3.4.2")));
});

test("more come in at once than there are blocks, each at its own pace, with and without direct I/O", async () => {
  const probe = await new Blocks().take();
  for (const direct of new Set([false, await takesDirectWrites(join(root, "tmp", "probe"), probe)])) {
    const place = { ...placeOf(root), direct };
    const contents = Array.from({ length: 7 }, (_, index) => bytes(1_200_000 + index * 4096 + index, index));
    const incoming = await Promise.all(
      contents.map(async (_, index) => {
        const path = join(root, "tmp", `${direct}-${index}`);
        return new IncomingFile(await create(path, direct), path, place);
      }),
    );
    for (let at = 0; at < 1_300_000; at += 70_001) {
      for (const [index, content] of contents.entries())
        await incoming[index]!.write(content.subarray(at, at + 70_001));
    }
    for (const [index, content] of contents.entries()) {
      const sopInstanceUID = `1.2.${direct ? 11 : 10}.${index}`;
      await incoming[index]!.commit({ studyInstanceUID: STUDY, sopInstanceUID });
      assert.ok(Buffer.from(content).equals(await spool.read(STUDY, sopInstanceUID)), sopInstanceUID);
    }
  }
});

test("the same bytes again are a duplicate, others a conflict, and the first stay", async () => {
  const name = { studyInstanceUID: STUDY, sopInstanceUID: "1.2.3.4.3" };
  assert.equal((await (await receive(bytes(10, 1))).commit(name)).outcome, "stored");
  assert.equal((await (await receive(bytes(10, 1))).commit(name)).outcome, "duplicate");
  assert.equal((await (await receive(bytes(10, 2))).commit(name)).outcome, "conflict");
  assert.equal((await (await receive(bytes(11, 1))).commit(name)).outcome, "conflict");
  assert.deepEqual([...(await spool.read(STUDY, "1.2.3.4.3"))], [...bytes(10, 1)]);
  assert.deepEqual(await readdir(join(root, "tmp")), []);
});

test("of many that race for one name, one is stored and the others are duplicates", async () => {
  const name = { studyInstanceUID: "1.2.9", sopInstanceUID: "1.2.9.1" };
  const incoming = await Promise.all(Array.from({ length: 12 }, () => receive(bytes(5000, 1))));
  const outcomes = (await Promise.all(incoming.map((one) => one.commit(name)))).map(({ outcome }) => outcome).sort();
  assert.deepEqual(outcomes, [...Array(11).fill("duplicate"), "stored"]);
});

test("a study's instances are listed, sorted, without what is on its way", async () => {
  const study = "1.2.8";
  for (const sopInstanceUID of ["1.2.8.3", "1.2.8.1"]) {
    await (await receive(bytes(4, 0))).commit({ studyInstanceUID: study, sopInstanceUID });
  }
  const underWay = await receive(bytes(4, 0));
  assert.deepEqual(await spool.list(study), ["1.2.8.1", "1.2.8.3"]);
  assert.deepEqual(await spool.list("1.2.77"), []);
  await underWay.abort();
});

test("an aborted instance leaves nothing, and cannot be written to the end", async () => {
  const incoming = await receive(bytes(2_000_000, 0));
  await Promise.all([incoming.abort(), incoming.abort()]);
  assert.deepEqual(await readdir(join(root, "tmp")), []);
  await assert.rejects(incoming.commit({ studyInstanceUID: STUDY, sopInstanceUID: "1.2.3.4.9" }), coded("IO_FAILURE"));
  await assert.rejects(spool.read(STUDY, "1.2.3.4.9"), coded("NOT_FOUND"));
  await assert.rejects(spool.read(STUDY, "1.2.3.4.9", new ReadMemory(1)), coded("NOT_FOUND"));
});

for (const uid of ["../../etc/passwd", "1.2/3", "", "1..2", "1.02", "1".repeat(65), "1.2.3\0", "."]) {
  test(`"${uid}" never becomes a path`, async () => {
    await assert.rejects(spool.read(uid, "1.2.3"), coded("INVALID_UID"));
    await assert.rejects(spool.read("1.2.3", uid), coded("INVALID_UID"));
    await assert.rejects(spool.list(uid), coded("INVALID_UID"));
    await assert.rejects(spool.putPreview(uid, "1.2", bytes(1, 1)), coded("INVALID_UID"));
    const incoming = await receive(bytes(4, 0));
    await assert.rejects(incoming.commit({ studyInstanceUID: uid, sopInstanceUID: "1.2" }), coded("INVALID_UID"));
    assert.deepEqual(await readdir(join(root, "tmp")), []);
  });
}

test("a preview is kept beside the instance and replaced", async () => {
  await assert.rejects(spool.readPreview(STUDY, "1.2.3.4.1"), coded("NOT_FOUND"));
  await spool.putPreview(STUDY, "1.2.3.4.1", bytes(10, 1));
  await spool.putPreview(STUDY, "1.2.3.4.1", bytes(20, 2));
  assert.deepEqual([...(await spool.readPreview(STUDY, "1.2.3.4.1"))], [...bytes(20, 2)]);
  assert.deepEqual(await readdir(join(root, "tmp")), []);
});

test("a study that is removed leaves nothing, and no other is touched", async () => {
  const other = await spool.list(STUDY);
  const committed = await receive(bytes(10, 1));
  await committed.commit({ studyInstanceUID: "1.2.9", sopInstanceUID: "1.2.9.1" });
  await spool.putPreview("1.2.9", "1.2.9.1", bytes(10, 1));
  await spool.putRecord("1.2.9", "finding-1", bytes(10, 1));
  assert.equal(await spool.removeStudy("1.2.9"), 3);
  assert.equal(await spool.removeStudy("1.2.9"), 0);
  assert.deepEqual(await spool.list("1.2.9"), []);
  assert.equal(await spool.readRecord("1.2.9", "finding-1"), undefined);
  await assert.rejects(spool.readPreview("1.2.9", "1.2.9.1"), coded("NOT_FOUND"));
  assert.deepEqual(await spool.list(STUDY), other);
  await assert.rejects(spool.removeStudy("../.."), coded("INVALID_UID"));
});

test("an instance that is removed takes its preview along, and leaves the others theirs", async () => {
  for (const name of ["1.2.7.1", "1.2.7.2"]) {
    await (await receive(bytes(10, 1))).commit({ studyInstanceUID: "1.2.7", sopInstanceUID: name });
    await spool.putPreview("1.2.7", name, bytes(10, 1));
  }
  await spool.remove("1.2.7", "1.2.7.1");
  await spool.remove("1.2.7", "1.2.7.1");
  assert.deepEqual(await spool.list("1.2.7"), ["1.2.7.2"]);
  await assert.rejects(spool.readPreview("1.2.7", "1.2.7.1"), coded("NOT_FOUND"));
  assert.equal((await spool.readPreview("1.2.7", "1.2.7.2")).byteLength, 10);
  await spool.removeStudy("1.2.7");
});

test("records are removed, with the folder where it is left empty; instances are not", async () => {
  await spool.putRecord("1.2.88", "finding-1", bytes(10, 1));
  const committed = await spool.receive();
  await committed.write(bytes(10, 1));
  await committed.commit({ studyInstanceUID: "1.2.88", sopInstanceUID: "1.2.88.1" });
  await spool.removeRecords("1.2.88", ["finding-1", "report-1"]);
  assert.equal(await spool.readRecord("1.2.88", "finding-1"), undefined);
  assert.deepEqual(await spool.list("1.2.88"), ["1.2.88.1"]);
  await spool.remove("1.2.88", "1.2.88.1");
  await spool.removeRecords("1.2.88", []);
  for await (const { studyInstanceUID } of spool.studies()) assert.notEqual(studyInstanceUID, "1.2.88");
  // What comes after that finds its place, also by the process that has known the folder.
  await spool.putRecord("1.2.88", "finding-1", bytes(10, 1));
  assert.ok(await spool.readRecord("1.2.88", "finding-1"));
  await spool.removeStudy("1.2.88");
});

test("a record may be empty: it is then its name that counts, and the first one stays all the same", async () => {
  const empty = new Uint8Array(0);
  assert.equal((await spool.putRecord("1.2.89", "backlog-1", empty)).byteLength, 0);
  assert.equal((await spool.putRecord("1.2.89", "backlog-1", empty)).byteLength, 0);
  assert.equal((await spool.readRecord("1.2.89", "backlog-1"))?.byteLength, 0);
  assert.deepEqual([...(await spool.putRecord("1.2.89", "finding-1", bytes(10, 1)))], [...bytes(10, 1)]);
  assert.deepEqual([...(await spool.putRecord("1.2.89", "finding-1", empty))], [...bytes(10, 1)]);
  assert.deepEqual(await readdir(join(root, "tmp")), []);
  await spool.removeStudy("1.2.89");
});

test("a full disk is told as such, at the next write or at the commit", async () => {
  const toFullDisk = async () => {
    // The device on which every write answers ENOSPC.
    const handle = await open("/dev/full", "w");
    return new IncomingFile(handle, join(root, "tmp", "absent"), placeOf(root));
  };
  const committed = await toFullDisk();
  await committed.write(bytes(10, 1));
  await assert.rejects(committed.commit({ studyInstanceUID: STUDY, sopInstanceUID: "1.5" }), coded("NO_SPACE"));

  const written = await toFullDisk();
  await assert.rejects(async () => {
    for (let count = 0; count < 1000; count += 1) await written.write(bytes(100_000, 1));
  }, coded("NO_SPACE"));
  await written.abort();
});

test("what dead processes left is removed at the next opening, what others write is not", async () => {
  const tmp = join(root, "tmp");
  const host = hostname().replace(/[^A-Za-z0-9-]/g, "-");
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  const underWay = await receive(bytes(10, 1));
  const [own = ""] = await readdir(tmp);
  const leave = async (name: string, ageMs: number) => {
    await writeFile(join(tmp, name), "x");
    const then = new Date(Date.now() - ageMs);
    await utimes(join(tmp, name), then, then);
  };
  await leave(`${host}.${child.pid}.aaaa.1`, 0);
  await leave(`${host}.${process.pid}.bbbb.1`, 0);
  await leave(`elsewhere.${child.pid}.cccc.1`, 60_000);
  await leave(`elsewhere.${child.pid}.dddd.1`, 3 * 3600_000);
  await leave(`${host}.${process.ppid}.eeee.1`, 0);

  await FileSpool.open(root);
  assert.deepEqual(
    (await readdir(tmp)).sort(),
    [own, `elsewhere.${child.pid}.cccc.1`, `${host}.${process.ppid}.eeee.1`].sort(),
  );
  assert.equal((await underWay.commit({ studyInstanceUID: STUDY, sopInstanceUID: "1.6" })).outcome, "stored");
});

test("a second process finds what the first one stored", async () => {
  const name = { studyInstanceUID: "1.2.7", sopInstanceUID: "1.2.7.1" };
  await (await receive(bytes(9, 9))).commit(name);
  const second = await FileSpool.open(root);
  assert.deepEqual(await second.list("1.2.7"), ["1.2.7.1"]);
  assert.ok(second.pathOf("1.2.7", "1.2.7.1").startsWith(root));
  assert.deepEqual([...(await readFile(second.pathOf("1.2.7", "1.2.7.1")))], [...bytes(9, 9)]);
  assert.equal((await stat(second.pathOf("1.2.7", "1.2.7.1"))).nlink, 1);
});
