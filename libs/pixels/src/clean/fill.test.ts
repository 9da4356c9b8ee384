import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fillFromAround } from "./fill.ts";

const all = (length: number, value: number) => new Uint8Array(length).fill(value);

describe("fillFromAround", () => {
  it("fills with what is around, between the least and the greatest of it", () => {
    const greys = Float32Array.from({ length: 100 }, (_, at) => (at % 10) / 10);
    const mask = all(100, 0);
    for (let y = 3; y < 7; y++) mask.fill(1, y * 10 + 3, y * 10 + 7);
    const wanted = greys.slice();
    greys.forEach((_, at) => {
      if (mask[at]) greys[at] = 1;
    });
    fillFromAround({ greys, width: 10, height: 10 }, mask, all(100, 1));
    greys.forEach((grey, at) => {
      assert.ok(Math.abs(grey - wanted[at]!) < 0.13, `cell ${at}: ${grey}, not ${wanted[at]}`);
      if (!mask[at]) assert.equal(grey, wanted[at]);
    });
  });

  it("draws nothing from outside the field, and leaves its outside black", () => {
    const greys = Float32Array.of(0.9, 0.5, 1, 0.5);
    fillFromAround({ greys, width: 4, height: 1 }, Uint8Array.of(1, 0, 1, 0), Uint8Array.of(0, 1, 1, 1));
    assert.deepEqual([...greys], [0, 0.5, 0.5, 0.5]);
  });

  it("comes to an end where all is masked", () => {
    const greys = Float32Array.of(1, 1);
    fillFromAround({ greys, width: 2, height: 1 }, all(2, 1), all(2, 1));
    assert.deepEqual([...greys], [1, 1]);
  });
});
