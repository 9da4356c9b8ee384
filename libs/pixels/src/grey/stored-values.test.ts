import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { storedBits, storedRange, storedValue } from "./stored-values.ts";

const value = (bitsStored: number, highBit: number, signed: boolean, word: number) =>
  storedValue(storedBits({ bitsStored, highBit, signed }), word);

describe("storedValue", () => {
  it("masks away what is above the high bit, an old overlay's bits among it", () => {
    assert.equal(value(12, 11, false, 0xf123), 0x123);
    assert.equal(value(10, 9, false, 0x07ff), 0x3ff);
  });

  it("shifts where the high bit is not the last of the bits stored", () => {
    assert.equal(value(12, 15, false, 0xabc7), 0xabc);
  });

  it("extends the sign of two's complement", () => {
    for (const [word, expected] of [
      [0x000, 0],
      [0x7ff, 2047],
      [0x800, -2048],
      [0xfff, -1],
      [0xffff, -1],
    ] as const) {
      assert.equal(value(12, 11, true, word), expected);
    }
    assert.equal(value(16, 15, true, 0x8000), -32768);
    assert.equal(value(8, 7, true, 0x80), -128);
  });

  it("has the range of its bits", () => {
    assert.deepEqual(storedRange({ bitsStored: 12, signed: false }), [0, 4095]);
    assert.deepEqual(storedRange({ bitsStored: 12, signed: true }), [-2048, 2047]);
  });
});
