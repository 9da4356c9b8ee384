import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { dataSetOf, type ElementValue, TransferSyntax, writePart10 } from "@redspot/dicom";
import { prepareInstance } from "./prepare-instance.ts";

const ROWS = 400;
const COLUMNS = 200;

/** A lateral wrist as far as the header goes, with a ramp for a picture. */
function instance(changes: Record<string, ElementValue> = {}, transferSyntaxUID?: string): Uint8Array {
  const ramp = Uint16Array.from({ length: ROWS * COLUMNS }, (_, at) => Math.floor(at / COLUMNS) * 10);
  return writePart10(
    dataSetOf({
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
      SOPInstanceUID: "1.2.3",
      Modality: "CR",
      BodyPartExamined: "WRIST",
      ViewPosition: "LL",
      PatientAge: "054Y",
      ImageLaterality: "R",
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      Rows: ROWS,
      Columns: COLUMNS,
      BitsAllocated: 16,
      BitsStored: 12,
      HighBit: 11,
      PixelRepresentation: 0,
      WindowCenter: 2000,
      WindowWidth: 4000,
      PixelData: new Uint8Array(ramp.buffer),
      ...changes,
    }),
    transferSyntaxUID === undefined ? {} : { transferSyntaxUID },
  );
}

async function reasonFor(bytes: Uint8Array): Promise<string> {
  const preparation = await prepareInstance(bytes);
  return "reason" in preparation ? preparation.reason.code : "prepared";
}

test("a lateral wrist becomes model input, with its side and a picture of the same", async () => {
  const preparation = await prepareInstance(instance());
  assert.ok("prepared" in preparation);
  const { preview } = preparation;
  const { input, laterality } = preparation.prepared;
  assert.equal(input.pixels.length, 299 * 299);
  assert.equal(laterality, "R");
  const header = "P5 299 299 255\n";
  assert.equal(Buffer.from(preview.subarray(0, header.length)).toString(), header);
  assert.equal(preview.length, header.length + 299 * 299);
  const middle = 150 * 299 + 150;
  assert.equal(preview[header.length + middle], Math.round((input.pixels[middle] ?? 0) * 255));
});

for (const [name, option] of [
  ["Implicit VR Little Endian", "+ti"],
  ["Explicit VR Big Endian", "+tb"],
  ["Deflated Explicit VR Little Endian", "+td"],
]) {
  test(`a lateral wrist in ${name}, as a PACS may push it, becomes the same model input`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "redspot-prepare-"));
    t.after(() => rm(folder, { recursive: true }));
    const [from, to] = [join(folder, "from.dcm"), join(folder, "to.dcm")];
    await writeFile(from, instance());
    await promisify(execFile)("dcmconv", [option!, from, to]);
    const [expected, found] = [await prepareInstance(instance()), await prepareInstance(await readFile(to))];
    assert.ok("prepared" in expected && "prepared" in found);
    assert.equal(found.prepared.laterality, "R");
    assert.deepEqual(found.prepared.input.pixels, expected.prepared.input.pixels);
  });
}

test("what is not eligible, not readable or not decodable has its reason", async () => {
  assert.equal(await reasonFor(instance({ ViewPosition: "PA" })), "NOT_LATERAL");
  assert.equal(await reasonFor(instance({ BodyPartExamined: "HIP" })), "NOT_A_WRIST");
  assert.equal(await reasonFor(new Uint8Array(0)), "UNREADABLE_INSTANCE");
  assert.equal(await reasonFor(new TextEncoder().encode("not DICOM at all, ".repeat(20))), "UNREADABLE_INSTANCE");
  assert.equal(await reasonFor(instance({ PixelData: undefined })), "NO_PIXEL_DATA");
  assert.equal(await reasonFor(instance({ Rows: 0, Columns: 0 })), "EMPTY_IMAGE");
  assert.equal(await reasonFor(instance({ Rows: 4000 })), "PIXEL_DATA_TOO_SHORT");
  assert.equal(
    await reasonFor(instance({ PhotometricInterpretation: "RGB", SamplesPerPixel: 3 })),
    "UNSUPPORTED_PHOTOMETRIC",
  );
  assert.equal(await reasonFor(instance({}, "1.2.840.10008.1.2.4.100")), "UNSUPPORTED_TRANSFER_SYNTAX");
  assert.equal(await reasonFor(instance({}, TransferSyntax.JPEG2000Lossless)), "CORRUPT_STREAM");
});

test("an instance cut anywhere is analysed or has a reason, and never an error", async () => {
  const bytes = instance();
  for (let length = 0; length < bytes.byteLength; length += 1 + Math.floor(length / 7)) {
    assert.notEqual(await reasonFor(bytes.slice(0, length)), "prepared", `cut at ${length}`);
  }
});
