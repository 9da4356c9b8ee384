import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type DataSet, dataSetOf, tagOf, text, writePart10 } from "@redspot/dicom";
import { FileSpool } from "@redspot/spool";
import { readHeader } from "./read-header.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-header-"));
after(() => rm(folder, { recursive: true }));
const spool = await FileSpool.open(folder);

const instance = (more: DataSet) => ({
  ...dataSetOf({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.1", SOPInstanceUID: "1.2.1", PatientID: "P1" }),
  ...more,
});

async function put(sopInstanceUID: string, bytes: Uint8Array): Promise<void> {
  const incoming = await spool.receive();
  await incoming.write(bytes);
  await incoming.commit({ studyInstanceUID: "1.2", sopInstanceUID });
}

test("a header is read without its pixel data, however long either is", async () => {
  const pixels = dataSetOf({ Rows: 1000, Columns: 1000, BitsAllocated: 8, PixelData: new Uint8Array(1_000_000) });
  await put("1.2.1", writePart10(instance(pixels)));
  const long = dataSetOf({ EncapsulatedDocument: new Uint8Array(400_000) });
  await put("1.2.2", writePart10(instance({ ...long, ...pixels })));
  for (const uid of ["1.2.1", "1.2.2"]) {
    const header = await readHeader(spool, "1.2", uid);
    assert.equal(text(header!, "PatientID"), "P1");
    assert.equal(tagOf("Rows") in header!, true);
    assert.equal(tagOf("PixelData") in header!, false);
  }
});

test("an instance without pixel data is all header", async () => {
  await put("1.2.3", writePart10(instance(dataSetOf({ Modality: "SR" }))));
  assert.equal(text((await readHeader(spool, "1.2", "1.2.3"))!, "Modality"), "SR");
});

test("what is not there, or cannot be read, has no header", async () => {
  assert.equal(await readHeader(spool, "1.2", "1.2.9"), undefined);
  await put("1.2.4", new Uint8Array(2000));
  assert.equal(await readHeader(spool, "1.2", "1.2.4"), undefined);
  await writeFile(join(folder, "unrelated"), "");
});
