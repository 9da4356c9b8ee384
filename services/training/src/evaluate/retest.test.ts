import assert from "node:assert/strict";
import { test } from "node:test";
import { type Engine, INPUT_LENGTH, INPUT_SIZE } from "@redspot/model";
import { retest } from "./retest.ts";

/** Something that answers by the mean grey alone: a window moves it, a place does not. */
const byBrightness: Engine = {
  name: "by brightness",
  version: "1.0.0",
  device: "cpu",
  run: async (input, n) => {
    const logits = Float32Array.from({ length: n }, (_, i) => {
      const image = input.subarray(i * INPUT_LENGTH, (i + 1) * INPUT_LENGTH);
      return 10 * (image.reduce((sum, value) => sum + value, 0) / INPUT_LENGTH - 0.25);
    });
    return { features: new Float32Array(), logits, activationMaps: new Float32Array() };
  },
  close: async () => {},
};

test("what moves the network's answer is found, and what does not is not", async () => {
  const square = new Float32Array(INPUT_SIZE ** 2);
  for (let y = 80; y < 230; y++) square.fill(0.9, y * INPUT_SIZE + 80, y * INPUT_SIZE + 230);
  const results = await retest([square, square.map((grey) => grey / 2)], {
    engine: byBrightness,
    inputScaling: { min: 0, max: 1 },
    calibrate: (logit) => 1 / (1 + Math.exp(-logit)),
    cutOff: 0.43,
  });
  const of = (change: string) => results.find((one) => one.change === change)!;
  assert.ok(
    results.every(({ n, meanDifference, largestDifference }) => n === 2 && meanDifference <= largestDifference),
  );
  assert.ok(of("3 pixels down").largestDifference < 0.01, "the square is still whole");
  assert.ok(of("window level 5 % lower").meanDifference > 0.05);
  // The first square stands just above the cut-off as it is, and below it in a darker window.
  assert.equal(of("window level 5 % higher").answersChanged, 1);
  assert.equal(of("3 pixels to the right").answersChanged, 0);
});
