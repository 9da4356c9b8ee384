import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { readPart10, TransferSyntax } from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";
import { FileSpool } from "@redspot/spool";
import { fetchImage, NotTheImage } from "./fetch-image.ts";

const study = makeStudy({ seed: 5, views: ["lateral"], imageClass: "CR", matrix: { rows: 600, columns: 500 } });
const { bytes, sopInstanceUID } = study.instances[0]!;
const image = {
  studyInstanceUID: study.studyInstanceUID,
  seriesInstanceUID: "1.2.3",
  sopInstanceUID,
  sopClassUID: "1.2.840.10008.5.1.4.1.1.1",
};

let folder: string;
let spool: FileSpool;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "redspot-fetch-"));
  spool = await FileSpool.open(folder);
});

after(() => rm(folder, { recursive: true }));

/** As they come from the PACS: in memory that is used again. */
async function* inPieces(whole: Uint8Array, size = 10_000) {
  const memory = [Buffer.alloc(size), Buffer.alloc(size)];
  for (let at = 0; at < whole.byteLength; at += size) {
    const piece = whole.subarray(at, at + size);
    memory.reverse()[0]!.set(piece);
    yield memory[0]!.subarray(0, piece.byteLength);
  }
}

test("an image comes into the spool byte for byte, as one of the backlog, however often it is fetched", async () => {
  const dependencies = { spool, open: () => inPieces(bytes) };
  const note = await fetchImage(image, dependencies);
  assert.deepEqual([note.lane, note.isImage, note.bytes], ["backlog", true, bytes.byteLength]);
  assert.ok(Buffer.from(await spool.read(image.studyInstanceUID, sopInstanceUID)).equals(bytes));
  assert.deepEqual(await fetchImage(image, dependencies), note);
});

test("its class is what the image says, whatever the PACS says of it", async () => {
  const { sopClassUID } = image;
  for (const said of ["", "1.2.840.10008.5.1.4.1.1.2"]) {
    const note = await fetchImage({ ...image, sopClassUID: said }, { spool, open: () => inPieces(bytes) });
    assert.equal(note.sopClassUID, sopClassUID);
  }
});

test("a deflated image, whose beginning tells nothing by itself, is known too", async () => {
  const [plain, deflated] = [TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.DeflatedExplicitVRLittleEndian];
  const file = Buffer.from(bytes);
  const metaEnd = 144 + file.readUInt32LE(140);
  const [from, to] = [`UI\x14\0${plain}\0`, `UI\x16\0${deflated}`];
  const meta = Buffer.from(file.toString("latin1", 0, metaEnd).replace(from, to), "latin1");
  meta.writeUInt32LE(meta.byteLength - 144, 140);
  const packed = Buffer.concat([meta, deflateRawSync(file.subarray(metaEnd))]);
  assert.ok(packed.byteLength > 128 * 1024);
  assert.equal(readPart10(packed).transferSyntaxUID, deflated);
  const other = await FileSpool.open(join(folder, "deflated"));
  const note = await fetchImage(image, { spool: other, open: () => inPieces(packed) });
  assert.equal(note.bytes, packed.byteLength);
});

test("another instance under the image's address is not taken for it, nor is what cannot be read", async () => {
  for (const [wanted, given, reason] of [
    [{ ...image, sopInstanceUID: "1.2.4" }, bytes, /another instance/],
    [{ ...image, studyInstanceUID: "1.2.5" }, bytes, /another instance/],
    [{ ...image, sopInstanceUID: "1.2.6" }, new TextEncoder().encode("<html>no</html>"), /NOT_PART_10/],
    [{ ...image, sopInstanceUID: "1.2.7" }, bytes.subarray(0, 200), /TRUNCATED|MALFORMED/],
    [{ ...image, sopInstanceUID: "1.2.8" }, new Uint8Array(0), /NOT_PART_10/],
  ] as const) {
    await assert.rejects(fetchImage(wanted, { spool, open: () => inPieces(given) }), (error: unknown) => {
      assert.ok(error instanceof NotTheImage, String(error));
      assert.match(error.message, reason);
      return true;
    });
    await assert.rejects(spool.read(wanted.studyInstanceUID, wanted.sopInstanceUID), { code: "NOT_FOUND" });
  }
});

test("an image that breaks off is none", async () => {
  const wanted = { ...image, sopInstanceUID: "1.2.9" };
  const broken = async function* () {
    yield bytes.subarray(0, 50_000);
    throw new Error("broken off");
  };
  await assert.rejects(fetchImage(wanted, { spool, open: broken }), /broken off/);
  await assert.rejects(spool.read(image.studyInstanceUID, "1.2.9"), { code: "NOT_FOUND" });
});
