import assert from "node:assert/strict";
import { test } from "node:test";
import { type dataSetOf, TransferSyntax } from "@redspot/dicom";
import { InstanceFailure, type InstanceFailureCode } from "./failures.ts";
import { InstanceCheck } from "./instance-check.ts";
import { CR, crFile, sopInstanceUIDOf, studyInstanceUIDOf } from "./test-instances.ts";

const NAMED = { sopClassUID: CR, sopInstanceUID: sopInstanceUIDOf("study", "1") };
const IDENTITY = { ...NAMED, studyInstanceUID: studyInstanceUIDOf("study") };

function check(file: Uint8Array, chunkBytes = file.byteLength): InstanceCheck {
  const check = new InstanceCheck();
  for (let at = 0; at < file.byteLength; at += chunkBytes) check.push(file.subarray(at, at + chunkBytes));
  return check;
}

/** Asserts that the file fails so, whatever its chunks, and tells what is known of its names. */
function assertRefused(file: Uint8Array, code: InstanceFailureCode, named: object = NAMED): void {
  for (const chunkBytes of [1, 100, file.byteLength || 1]) {
    const check = new InstanceCheck();
    assert.throws(
      () => {
        for (let at = 0; at < file.byteLength; at += chunkBytes) check.push(file.subarray(at, at + chunkBytes));
        check.end();
      },
      (error) => {
        assert.ok(error instanceof InstanceFailure, String(error));
        assert.equal(error.code, code);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      },
    );
    assert.deepEqual(check.named, named);
  }
}

test("who an instance is, native and encapsulated, in one chunk and byte by byte", () => {
  const fragments = { PixelData: [new Uint8Array(0), new Uint8Array(10)] };
  for (const file of [crFile(), crFile({}, fragments, TransferSyntax.RLELossless)]) {
    for (const chunkBytes of [1, file.byteLength]) {
      assert.deepEqual(check(file, chunkBytes).end(), IDENTITY);
      assert.deepEqual(check(file, chunkBytes).named, NAMED);
    }
  }
});

test("an identity behind megabytes of another element is found", () => {
  const file = Buffer.from(crFile());
  const at = file.indexOf(Buffer.from("20000d005549", "hex")); // (0020,000D) UI
  const element = Buffer.alloc(12 + 5_000_000);
  element.write("190010104f42", "hex"); // (0019,1010) OB
  element.writeUInt32LE(5_000_000, 8);
  const larger = Buffer.concat([file.subarray(0, at), element, file.subarray(at)]);
  assert.deepEqual(check(larger, 64 * 1024).end(), IDENTITY);
});

test("what is no DICOM file", () => {
  assertRefused(new Uint8Array(0), "EMPTY_PART", {});
  assertRefused(new Uint8Array(1), "NOT_PART_10", {});
  assertRefused(new Uint8Array(1000), "NOT_PART_10", {});
  assertRefused(crFile().subarray(0, 131), "NOT_PART_10", {});
  assertRefused(crFile().subarray(0, 132), "NOT_PART_10", {});
  assertRefused(Buffer.concat([crFile().subarray(0, 132), Buffer.from("no elements")]), "NOT_PART_10", {});
});

test("a file that is cut short", () => {
  const file = Buffer.from(crFile());
  assertRefused(file.subarray(0, -1), "TRUNCATED");
  assertRefused(file.subarray(0, -63), "TRUNCATED");
  const within = file.lastIndexOf(Buffer.from(NAMED.sopInstanceUID, "latin1")) + 10;
  assertRefused(file.subarray(0, within), "TRUNCATED");
  assertRefused(file.subarray(0, 140), "TRUNCATED", {});
});

test("a data set that cannot be decoded", () => {
  const file = Buffer.from(crFile());
  file.write("??", file.indexOf(Buffer.from("10001000504e", "hex")) + 4, "latin1"); // (0010,0010) PN
  assertRefused(file, "MALFORMED");
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
  test(`${name}`, () => {
    assert.throws(
      () => check(crFile({}, content)).end(),
      (error) => error instanceof InstanceFailure && error.code === "MISSING_UID",
    );
  });
}

test("File Meta Information that names another instance", () => {
  const file = Buffer.from(crFile());
  const at = file.lastIndexOf(Buffer.from(NAMED.sopInstanceUID, "latin1"));
  file.write(file.toString("latin1", at + 5, at + 6) === "1" ? "2" : "1", at + 5, "latin1");
  assert.throws(
    () => check(file).end(),
    (error) => error instanceof InstanceFailure && error.code === "META_DISAGREES",
  );
});

test("transfer syntaxes that web services do not use, that are deflated, or that nobody knows", () => {
  for (const uid of [
    TransferSyntax.ImplicitVRLittleEndian,
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.4.95",
    "1.2.840.113619.5.2",
    "1.2.840.10008.1.2.11",
    "",
  ]) {
    assertRefused(inSyntax(crFile(), uid), "TRANSFER_SYNTAX");
  }
  for (const uid of ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201"]) {
    assert.deepEqual(check(inSyntax(crFile(), uid)).end(), IDENTITY);
  }
});

/** The file with another transfer syntax in its File Meta Information. */
function inSyntax(file: Uint8Array, uid: string): Uint8Array {
  const bytes = Buffer.from(file);
  const at = bytes.indexOf(Buffer.from("020010005549", "hex"));
  const value = Buffer.from(uid.length % 2 ? `${uid}\0` : uid, "latin1");
  const header = Buffer.from(bytes.subarray(at, at + 8));
  header.writeUInt16LE(value.byteLength, 6);
  return Buffer.concat([bytes.subarray(0, at), header, value, bytes.subarray(at + 8 + bytes.readUInt16LE(at + 6))]);
}
