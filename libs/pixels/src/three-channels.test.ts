import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { INPUT_SIZE } from "./model-input.ts";
import { toThreeChannels } from "./three-channels.ts";

const plane = INPUT_SIZE ** 2;
const input = (grey: (at: number) => number) => ({ pixels: Float32Array.from({ length: plane }, (_, at) => grey(at)) });

describe("toThreeChannels", () => {
  it("gives three equal planes an input, one input after the other", () => {
    const batch = toThreeChannels([input((at) => at / plane), input(() => 0.25)], { min: 0, max: 1 });
    assert.equal(batch.length, 2 * 3 * plane);
    for (const channel of [0, 1, 2]) {
      assert.equal(batch[channel * plane + 1000], Math.fround(1000 / plane));
      assert.equal(batch[(3 + channel) * plane + 7], 0.25);
    }
  });

  it("scales as the backbone asks: [-1, 1] for the weights of Keras", () => {
    const batch = toThreeChannels([input((at) => at % 2)], { min: -1, max: 1 });
    assert.deepEqual([batch[0], batch[1], batch[3 * plane - 2]], [-1, 1, 1]);
  });

  it("writes into a target", () => {
    const target = new Float32Array(3 * plane);
    assert.equal(toThreeChannels([input(() => 0.5)], { min: 0, max: 1 }, target), target);
    assert.equal(target[3 * plane - 1], 0.5);
  });

  it("refuses a target, or an input, of another size", () => {
    assert.throws(() => toThreeChannels([input(() => 0)], { min: 0, max: 1 }, new Float32Array(3)), RangeError);
    assert.throws(() => toThreeChannels([{ pixels: new Float32Array(9) }], { min: 0, max: 1 }), RangeError);
  });
});
