import assert from "node:assert/strict";
import { test } from "node:test";
import { TransferSyntax } from "@redspot/dicom";
import { ElementWalk, type Wholeness } from "./element-walk.ts";
import { crFile } from "./test-instances.ts";

function walk(file: Uint8Array, chunkBytes = file.byteLength): Wholeness {
  const walk = new ElementWalk([0x00080018]);
  for (let at = 0; at < file.byteLength; at += chunkBytes) walk.push(file.subarray(at, at + chunkBytes));
  return walk.end();
}

/** A preamble, the prefix, and elements in hexadecimal. */
function file(elements: string): Uint8Array {
  return Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), Buffer.from(elements.replaceAll(" ", ""), "hex")]);
}

const U = "ffffffff";
const UI = "08001600 5549 0200 3100"; // (0008,0016) UI 2 bytes
const ITEM_END = "feff0de0 00000000";
const SEQUENCE_END = "feffdde0 00000000";
const item = (length: string) => `feff00e0 ${length}`;

const golden: Record<string, [string, Wholeness]> = {
  "an element of 16-bit length": [UI, "whole"],
  "an element of 32-bit length": ["e07f1000 4f570000 02000000 0102", "whole"],
  "a sequence of defined length": [`08001511 53510000 10000000 ${item("08000000")} 0800160055490000`, "whole"],
  "a sequence of undefined length": [
    `08001511 53510000 ${U} ${item(U)} ${UI} ${ITEM_END} ${item("0a000000")} ${UI} ${SEQUENCE_END} ${UI}`,
    "whole",
  ],
  "a sequence within a sequence": [
    `08001511 53510000 ${U} ${item(U)} 08001511 53510000 ${U} ${SEQUENCE_END} ${ITEM_END} ${SEQUENCE_END}`,
    "whole",
  ],
  "fragments of pixel data": [
    `e07f1000 4f420000 ${U} ${item("00000000")} ${item("04000000")} 01020304 ${SEQUENCE_END}`,
    "whole",
  ],
  "a sequence of unknown representation, implicit within": [
    `09001010 554e0000 ${U} ${item(U)} 08001600 02000000 3100 ${ITEM_END} ${SEQUENCE_END} ${UI}`,
    "whole",
  ],
  "one byte of padding": [`${UI} 00`, "whole"],
  "nothing behind the prefix": ["", "whole"],
  "a value cut short": ["08001600 5549 0400 3100", "truncated"],
  "pixel data cut short": ["e07f1000 4f570000 03000000 0102", "truncated"],
  "an element header cut short": [`${UI} 080018`, "truncated"],
  "a long element header cut short": [`${UI} e07f1000 4f57 0000 02`, "truncated"],
  "fragments without an end": [`e07f1000 4f420000 ${U} ${item("02000000")} 0102`, "truncated"],
  "an item without an end": [`08001511 53510000 ${U} ${item(U)} ${UI}`, "truncated"],
  "a representation that does not exist": ["08001600 5858 0200 3100", "malformed"],
  "implicit representation": ["08001600 02000000 3100", "malformed"],
  "the end of an item that has not begun": [`${UI} ${ITEM_END}`, "malformed"],
  "the end of a sequence within an item": [`08001511 53510000 ${U} ${item(U)} ${SEQUENCE_END}`, "malformed"],
  "an element where an item belongs": [`08001511 53510000 ${U} ${UI}`, "malformed"],
  "a fragment of undefined length": [`e07f1000 4f420000 ${U} ${item(U)}`, "malformed"],
  "an end with a length": [`08001511 53510000 ${U} feffdde0 01000000`, "malformed"],
  "text of undefined length": [`08001511 55540000 ${U}`, "malformed"],
  "sequences nested without end": [`08001511 53510000 ${U} ${item(U)} `.repeat(100), "malformed"],
  "sequences of defined length nested too deep": [nested(33), "malformed"],
  "sequences of defined length nested as deep as may be": [nested(32), "whole"],
  "a sequence of undefined length in one of defined": [
    `08001511 53510000 24000000 ${item("1c000000")} 08001511 53510000 ${U} ${item("00000000")} ${SEQUENCE_END} ${UI}`,
    "whole",
  ],
  "a sequence that goes on behind the one around it": [
    `08001511 53510000 14000000 ${item("0c000000")} 08001511 53510000 ${U} ${item("00000000")} ${SEQUENCE_END}`,
    "malformed",
  ],
  "an item longer than its sequence": [`08001511 53510000 10000000 ${item("0a000000")} ${UI} ${UI}`, "malformed"],
  "an element longer than its item": [
    `08001511 53510000 12000000 ${item("0a000000")} 08001600 5549 0300 313131`,
    "malformed",
  ],
  "an element that begins at the very end of its item": [
    `08001511 53510000 14000000 ${item("0c000000")} ${UI} 0800 ${UI}`,
    "malformed",
  ],
  "no items in a sequence of defined length": [`08001511 53510000 0a000000 ${UI}`, "malformed"],
  "a delimiter in a sequence of defined length": [`08001511 53510000 08000000 ${SEQUENCE_END}`, "malformed"],
  "a wanted element twice": [`${UI} 08001800 5549 0200 3100 08001800 5549 0200 3200`, "malformed"],
};

/** Sequences and items of defined length, one in the other. */
function nested(depth: number): string {
  let content = "";
  const length = (bytes: number) => {
    const little = Buffer.alloc(4);
    little.writeUInt32LE(bytes);
    return little.toString("hex");
  };
  for (let level = 0; level < depth; level += 1) {
    const bytes = content.length / 2;
    content = `0800151153510000${length(bytes + 8)}feff00e0${length(bytes)}${content}`;
  }
  return content;
}

for (const [name, [elements, expected]] of Object.entries(golden)) {
  test(`${name} is ${expected}`, () => {
    const bytes = file(elements);
    for (const chunkBytes of [1, 2, 3, 5, 7, 11, bytes.byteLength]) assert.equal(walk(bytes, chunkBytes), expected);
  });
}

test("bytes without the prefix", () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(100), Buffer.alloc(131), Buffer.alloc(1000)]) {
    for (const chunkBytes of [1, 64, 1000]) assert.equal(walk(bytes, chunkBytes), "no prefix");
  }
});

test("the values of wanted elements are kept, the outermost ones, as far as a UID can be long", () => {
  const long = (length: number) => `5549 ${Buffer.from([length, 0]).toString("hex")} ${"31".repeat(length)}`;
  const bytes = file(
    `08001500 ${long(64)} 08001511 53510000 ${U} ${item(U)} 08001800 5549 0200 3931 ${ITEM_END} ${SEQUENCE_END}
     08001600 5549 0400 312e3200 08001800 5549 0400 312e3320 20000d00 ${long(200)}
     20000e00 5549 0000`.replaceAll(/\s/g, ""),
  );
  for (const chunkBytes of [1, 3, bytes.byteLength]) {
    const walk = new ElementWalk([0x00080015, 0x00080016, 0x00080018, 0x0020000d, 0x0020000e, 0x00200010]);
    for (let at = 0; at < bytes.byteLength; at += chunkBytes) walk.push(bytes.subarray(at, at + chunkBytes));
    assert.equal(walk.end(), "whole");
    assert.equal(walk.value(0x00080015), "1".repeat(64));
    assert.equal(walk.value(0x00080016), "1.2");
    assert.equal(walk.value(0x00080018), "1.3");
    assert.equal(walk.value(0x0020000d), "1".repeat(65));
    assert.equal(walk.value(0x0020000e), "");
    assert.equal(walk.value(0x00200010), undefined);
  }
});

test("files of the project's own writer are whole, and cut short anywhere they are not", () => {
  for (const bytes of [
    crFile(),
    crFile({}, { PixelData: [new Uint8Array(0), new Uint8Array(10)] }, TransferSyntax.RLELossless),
  ]) {
    assert.equal(walk(bytes), "whole");
    const cuts: number[] = [];
    for (let length = 132; length < bytes.byteLength; length += 1) {
      if (walk(bytes.subarray(0, length)) === "whole") cuts.push(length);
    }
    // Only between two elements is a cut not to be told, and there behind a zero byte of the next tag none either.
    const between = [...new Set(cuts)].length;
    assert.ok(between < bytes.byteLength / 10, `${between} of ${bytes.byteLength} cuts pass for whole`);
    assert.equal(walk(bytes.subarray(0, -1)), "truncated");
  }
});
