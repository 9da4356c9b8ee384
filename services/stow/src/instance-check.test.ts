import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { createDeflateRaw, deflateRawSync } from "node:zlib";
import { type dataSetOf, deriveUid, TransferSyntax } from "@redspot/dicom";
import { hasProgram } from "@redspot/testbed";
import { InstanceFailure, type InstanceFailureCode } from "./failures.ts";
import { InstanceCheck } from "./instance-check.ts";
import { byDcmtk, CR, crFile, sopInstanceUIDOf, studyInstanceUIDOf } from "./test-instances.ts";
import { DATA_SET_DOES_NOT_MATCH } from "./warnings.ts";

const NAMED = { sopClassUID: CR, sopInstanceUID: sopInstanceUIDOf("study", "1") };
const IDENTITY = {
  ...NAMED,
  seriesInstanceUID: deriveUid("stow.test", "study", "series"),
  studyInstanceUID: studyInstanceUIDOf("study"),
};

async function check(file: Uint8Array, chunkBytes = file.byteLength, strict = false): Promise<InstanceCheck> {
  const check = new InstanceCheck({ strict });
  await feed(check, file, chunkBytes);
  return check;
}

async function feed(check: InstanceCheck, file: Uint8Array, chunkBytes: number): Promise<void> {
  for (let at = 0; at < file.byteLength; at += chunkBytes) await check.push(file.subarray(at, at + chunkBytes));
}

const fails = (code: InstanceFailureCode) => (error: unknown) => {
  assert.ok(error instanceof InstanceFailure, String(error));
  assert.equal(error.code, code);
  assert.doesNotMatch(error.message, /SECRET/);
  return true;
};

/** Asserts that the file fails so, whatever its chunks, and tells what is known of its names. */
async function assertRefused(
  file: Uint8Array,
  code: InstanceFailureCode,
  named: object = NAMED,
  strict = false,
): Promise<void> {
  for (const chunkBytes of [1, 100, file.byteLength || 1]) {
    const check = new InstanceCheck({ strict });
    const whole = async () => {
      await feed(check, file, chunkBytes);
      check.end();
    };
    await assert.rejects(whole, fails(code));
    assert.deepEqual(check.named, named);
    check.close();
  }
}

test("who an instance is, native and encapsulated, in one chunk and byte by byte", async () => {
  const fragments = { PixelData: [new Uint8Array(0), new Uint8Array(10)] };
  for (const file of [crFile(), crFile({}, fragments, TransferSyntax.RLELossless)]) {
    for (const chunkBytes of [1, file.byteLength]) {
      assert.deepEqual((await check(file, chunkBytes)).end(), { identity: IDENTITY });
      assert.deepEqual((await check(file, chunkBytes)).named, NAMED);
    }
  }
});

test("an identity behind megabytes of another element is found", async () => {
  const file = Buffer.from(crFile());
  const at = file.indexOf(Buffer.from("20000d005549", "hex")); // (0020,000D) UI
  const element = Buffer.alloc(12 + 5_000_000);
  element.write("190010104f42", "hex"); // (0019,1010) OB
  element.writeUInt32LE(5_000_000, 8);
  const larger = Buffer.concat([file.subarray(0, at), element, file.subarray(at)]);
  assert.deepEqual((await check(larger, 64 * 1024)).end(), { identity: IDENTITY });
});

test("what is no DICOM file", async () => {
  await assertRefused(new Uint8Array(0), "EMPTY_PART", {});
  await assertRefused(new Uint8Array(1), "NOT_PART_10", {});
  await assertRefused(new Uint8Array(1000), "NOT_PART_10", {});
  await assertRefused(crFile().subarray(0, 131), "NOT_PART_10", {});
  await assertRefused(crFile().subarray(0, 132), "NOT_PART_10", {});
  await assertRefused(Buffer.concat([crFile().subarray(0, 132), Buffer.from("no elements")]), "NOT_PART_10", {});
});

test("a length of the File Meta Information that is no UL", async () => {
  const file = Buffer.from(crFile());
  file.write("OB\0\0", 136, "latin1");
  for (const chunkBytes of [1, 140, file.byteLength])
    await assert.rejects(check(file, chunkBytes), fails("NOT_PART_10"));
});

test("a file that is cut short", async () => {
  const file = Buffer.from(crFile());
  await assertRefused(file.subarray(0, -1), "TRUNCATED");
  await assertRefused(file.subarray(0, -63), "TRUNCATED");
  const within = file.lastIndexOf(Buffer.from(NAMED.sopInstanceUID, "latin1")) + 10;
  await assertRefused(file.subarray(0, within), "TRUNCATED");
  await assertRefused(file.subarray(0, 140), "TRUNCATED", {});
});

test("a data set that cannot be decoded", async () => {
  const file = Buffer.from(crFile());
  file.write("??", file.indexOf(Buffer.from("10001000504e", "hex")) + 4, "latin1"); // (0010,0010) PN
  await assertRefused(file, "MALFORMED");
});

const missing: Record<string, Parameters<typeof dataSetOf>[0]> = {
  "no SOP Class UID": { SOPClassUID: null },
  "a SOP Instance UID with leading zeros": { SOPInstanceUID: "1.02" },
  "a path for a SOP Instance UID": { SOPInstanceUID: "../../x" },
  "two SOP Instance UIDs": { SOPInstanceUID: ["1.2", "1.3"] },
  "no Study Instance UID": { StudyInstanceUID: undefined },
  "an empty Study Instance UID": { StudyInstanceUID: null },
  "a Study Instance UID with other characters": { StudyInstanceUID: "1.2/3" },
  "no Series Instance UID": { SeriesInstanceUID: undefined },
};

for (const [name, content] of Object.entries(missing)) {
  test(`${name}`, async () => {
    const whole = await check(crFile({}, content));
    assert.throws(() => whole.end(), fails("MISSING_UID"));
  });
}

test("File Meta Information that names another instance", async () => {
  const file = Buffer.from(crFile());
  const at = file.lastIndexOf(Buffer.from(NAMED.sopInstanceUID, "latin1"));
  file.write(file.toString("latin1", at + 5, at + 6) === "1" ? "2" : "1", at + 5, "latin1");
  const whole = await check(file);
  assert.throws(() => whole.end(), fails("META_DISAGREES"));
});

test("transfer syntaxes that nobody knows", async () => {
  for (const uid of ["1.2.840.113619.5.2", "1.2.840.10008.1.2.11", "1.2.840.10008.1.2.7.1", ""]) {
    await assertRefused(inSyntax(crFile(), uid), "TRANSFER_SYNTAX");
  }
  for (const uid of ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201"]) {
    assert.deepEqual((await check(inSyntax(crFile(), uid))).end(), { identity: IDENTITY });
  }
});

test("a data set that is not in the transfer syntax of its file, behind a group length that is wrong or missing", async () => {
  // Whoever reads it goes by the transfer syntax, and finds other elements than those that are there, or none.
  for (const uid of [
    TransferSyntax.ImplicitVRLittleEndian,
    TransferSyntax.ExplicitVRBigEndian,
    TransferSyntax.DeflatedExplicitVRLittleEndian,
  ]) {
    const file = Buffer.from(inSyntax(crFile(), uid));
    for (const length of [0, 14]) {
      file.writeUInt32LE(length, 140);
      await assertRefused(file, "MALFORMED");
    }
    await assertRefused(Buffer.concat([file.subarray(0, 132), file.subarray(144)]), "MALFORMED");
  }
});

describe("what dcmtk writes in other encodings", () => {
  const nested = {
    ReferencedImageSequence: [
      { "00081150": { vr: "UI", Value: [CR] }, "00081155": { vr: "UI", Value: ["1.2.3"] } },
      { "00081150": { vr: "UI", Value: [CR] }, "00081155": { vr: "UI", Value: ["1.2.4"] } },
    ],
  };
  const encodings: Record<string, { options: string[]; strictly: boolean }> = {
    "Implicit VR Little Endian": { options: ["+ti"], strictly: false },
    "Implicit VR Little Endian, sequences without length": { options: ["+ti", "-e"], strictly: false },
    "Explicit VR Big Endian": { options: ["+tb"], strictly: false },
    "Explicit VR Big Endian, sequences without length": { options: ["+tb", "-e"], strictly: false },
    "Deflated Explicit VR Little Endian": { options: ["+td"], strictly: true },
    "Explicit VR Little Endian, sequences without length": { options: ["+te", "-e"], strictly: true },
  };

  for (const [name, { options, strictly }] of Object.entries(encodings)) {
    test(`${name} is taken${strictly ? "" : ", but not strictly"}; cut short it is not`, async (t) => {
      if (!hasProgram("dcmconv")) return t.skip("dcmconv is not installed");
      const file = await byDcmtk("dcmconv", crFile({}, nested), options);
      for (const chunkBytes of [1, 7, 100, 145, file.byteLength]) {
        const found = await check(file, chunkBytes);
        assert.deepEqual(found.end(), { identity: IDENTITY });
        found.close();
      }
      if (strictly) (await check(file, 100, true)).close();
      else await assertRefused(file, "TRANSFER_SYNTAX", { ...NAMED }, true);
      const cut = await check(file.subarray(0, -40));
      assert.throws(() => cut.end(), fails("TRUNCATED"));
      cut.close();
    });
  }

  test("a deflated data set that is none, and one that is a bomb", async () => {
    const file = inSyntax(crFile(), TransferSyntax.DeflatedExplicitVRLittleEndian);
    const start = 144 + Buffer.from(file).readUInt32LE(140);
    await assertRefused(Buffer.concat([file.subarray(0, start), Buffer.alloc(100, 0xff)]), "MALFORMED");
    const spoilt = Buffer.concat([Buffer.from(crFile()).subarray(start), Buffer.from("0000000000000000", "hex")]);
    await assertRefused(Buffer.concat([file.subarray(0, start), deflateRawSync(spoilt)]), "MALFORMED");
    const element = Buffer.from("e07f10004f570000000000f0", "hex"); // (7FE0,0010) OW of 3.75 GiB
    const zeros = Buffer.alloc(16 * 1024 * 1024);
    const deflate = createDeflateRaw();
    const parts: Buffer[] = [];
    deflate.on("data", (part: Buffer) => parts.push(part));
    deflate.write(element);
    for (let times = 0; times < 33; times += 1) await new Promise((resolve) => deflate.write(zeros, resolve));
    deflate.end();
    await once(deflate, "end");
    const bomb = Buffer.concat([file.subarray(0, start), ...parts]);
    assert.ok(bomb.byteLength < 1024 * 1024);
    const check = new InstanceCheck({ strict: false });
    await assert.rejects(feed(check, bomb, 4096), fails("INSTANCE_TOO_LARGE"));
    check.close();
  });
});

test("an image without pixel data is taken with a warning; what has none by nature, without", async () => {
  const without = { PixelData: undefined };
  const image = await check(crFile({}, without));
  assert.deepEqual(image.end(), { identity: IDENTITY, warning: DATA_SET_DOES_NOT_MATCH });
  for (const SOPClassUID of ["1.2.840.10008.5.1.4.1.1.88.34", "1.2.840.10008.5.1.4.1.1.4.2", "1.2.3.4"]) {
    assert.equal((await check(crFile({}, { ...without, SOPClassUID }))).end().warning, undefined);
  }
});

test("strict, what the standard does not mean to be stored is refused; lenient, it is taken", async () => {
  for (const SOPClassUID of ["1.2.840.10008.1.1", "1.2.840.10008.3.1.2.3.3", "1.2.840.10008.5.1.4.34.6.1"]) {
    const file = crFile({}, { SOPClassUID });
    await assertRefused(file, "SOP_CLASS", { ...NAMED, sopClassUID: SOPClassUID }, true);
    assert.equal((await check(file)).end().identity.sopClassUID, SOPClassUID);
  }
  for (const SOPClassUID of ["1.2.840.10008.5.1.4.34.7", "1.2.840.113619.4.30", CR]) {
    assert.equal((await check(crFile({}, { SOPClassUID }), 1000, true)).end().identity.sopClassUID, SOPClassUID);
  }
});

/** The file with another transfer syntax in its File Meta Information. */
function inSyntax(file: Uint8Array, uid: string): Uint8Array {
  const bytes = Buffer.from(file);
  const at = bytes.indexOf(Buffer.from("020010005549", "hex"));
  const value = Buffer.from(uid.length % 2 ? `${uid}\0` : uid, "latin1");
  const header = Buffer.from(bytes.subarray(at, at + 8));
  header.writeUInt16LE(value.byteLength, 6);
  const before = bytes.readUInt16LE(at + 6);
  bytes.writeUInt32LE(bytes.readUInt32LE(140) + value.byteLength - before, 140);
  return Buffer.concat([bytes.subarray(0, at), header, value, bytes.subarray(at + 8 + before)]);
}
