import assert from "node:assert/strict";
import { test } from "node:test";
import { readJpegHeader } from "./jpeg-header.ts";

/** SOI, a table, a frame header of a process, 8 bits, 16 rows of 8 columns, one component, and a scan header. */
const stream = (process: string, predictor = "01") =>
  Buffer.from(
    `ffd8 ffe00004abcd ffff${process}000b08001000080101110 0 ffda000801010 0${predictor}0000`.replaceAll(" ", ""),
    "hex",
  );

test("each process that a transfer syntax has (ITU-T T.81 Table B.1, PS3.5 A.4.1)", () => {
  const description = { precision: 8, rows: 16, columns: 8, components: 1 };
  for (const [process, predictor, last] of [
    ["c0", "00", 50],
    ["c1", "00", 51],
    ["c3", "01", 70],
    ["c3", "04", 57],
  ] as const) {
    const transferSyntaxUID = `1.2.840.10008.1.2.4.${last}`;
    assert.deepEqual(readJpegHeader(stream(process, predictor)), { ...description, transferSyntaxUID });
  }
  assert.equal(readJpegHeader(stream("c2")), undefined, "progressive");
});

test("what is no JPEG, or ends within its header", () => {
  assert.equal(readJpegHeader(Buffer.from("%PDF-1.7")), undefined);
  const whole = stream("c3");
  for (let length = 0; length < whole.byteLength - 4; length += 1) {
    assert.equal(readJpegHeader(whole.subarray(0, length)), undefined, String(length));
  }
});
