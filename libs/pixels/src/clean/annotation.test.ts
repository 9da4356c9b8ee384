import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Radiograph, renderRadiograph } from "@redspot/phantom";
import { INPUT_SIZE, toModelInput } from "../model-input.ts";
import { imageInstance, limbWords, phantomInstance, type Synthetic } from "../test-support.ts";

const matrix = { rows: 1570, columns: 1170 };
const ROWS = 900;
const COLUMNS = 700;
const window = { WindowCenter: "2048", WindowWidth: "4096" };
const limb = (words: ArrayLike<number>): Synthetic => ({
  rows: ROWS,
  columns: COLUMNS,
  bitsStored: 12,
  words,
  elements: window,
});
const inputOf = async (words: ArrayLike<number>) => await toModelInput(imageInstance(limb(words)));

/** The words with a letter L of strokes so many pixels thick written on them in a value. */
function lettered(words: Uint16Array, left: number, top: number, value: number, thick = 7): Uint16Array {
  const written = words.slice();
  for (let y = 0; y < 60; y++) {
    for (let x = 0; x < 40; x++) {
      if (x < thick || y >= 60 - thick) written[(top + y) * COLUMNS + left + x] = value;
    }
  }
  return written;
}

function meanDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, grey, at) => sum + Math.abs(grey - b[at]!), 0) / a.length;
}

describe("annotation", () => {
  it("is filled where it stands in air, so that the input is as without it", async () => {
    const words = limbWords(ROWS, COLUMNS, 12);
    const plain = await inputOf(words);
    // Lead, not quite white; and burnt in, white.
    for (const value of [3300, 4095]) {
      const marked = await inputOf(lettered(words, 30, 100, value));
      assert.ok(marked.facts.annotationPixelsRemoved > 50, `${marked.facts.annotationPixelsRemoved} pixels`);
      assert.ok(marked.facts.annotationPixelsRemoved < 800, `${marked.facts.annotationPixelsRemoved} pixels`);
      const most = marked.pixels.reduce((max, grey, at) => Math.max(max, Math.abs(grey - plain.pixels[at]!)), 0);
      assert.ok(most < 0.03, `a pixel differs by ${most}`);
    }
  });

  it("is filled over the limb where it was burnt in", async () => {
    const words = limbWords(ROWS, COLUMNS, 12);
    const plain = await inputOf(words);
    const marked = await inputOf(lettered(words, 300, 500, 4095));
    assert.ok(marked.facts.annotationPixelsRemoved > 50);
    const left = meanDifference(marked.pixels, plain.pixels);
    assert.ok(left < 0.0005, `${left} on average`);
  });

  it("is never found in a limb without any, whatever clips its bones", async () => {
    for (const seed of [1, 2, 3, 4]) {
      const words = limbWords(ROWS, COLUMNS, 12, seed);
      for (const brightest of [4095, 3000, 2600, 2000, 1500]) {
        const { facts } = await inputOf(words.map((word) => Math.min(word, brightest)));
        assert.equal(facts.annotationPixelsRemoved, 0, `seed ${seed}, clipped at ${brightest}`);
      }
    }
  });

  /** The red spot's share in the model input of a phantom that has one, and within the distal radius and ulna. */
  async function flagged(seed: number, windowed: boolean): Promise<{ everywhere: number; region: number }> {
    const [flag, none] = [true, false].map((redSpot) => renderRadiograph({ seed, redSpot, matrix })) as [
      Radiograph,
      Radiograph,
    ];
    assert.notDeepEqual(flag.pixels, none.pixels);
    const [a, b] = [
      await toModelInput(phantomInstance(flag, { windowed })),
      await toModelInput(phantomInstance(none, { windowed })),
    ];
    const { field, content } = b.facts;
    const scale = content.height / field.height;
    const { x, y, width, height } = none.truth.region!;
    const [left, top] = [content.x + (x - field.x) * scale, content.y + (y - field.y) * scale];
    const cut = (pixels: Float32Array) =>
      pixels.filter((_, at) => {
        const [column, row] = [at % INPUT_SIZE, Math.floor(at / INPUT_SIZE)];
        return column >= left && column < left + width * scale && row >= top && row < top + height * scale;
      });
    return {
      everywhere: meanDifference(a.pixels, b.pixels),
      region: meanDifference(cut(a.pixels), cut(b.pixels)),
    };
  }

  it("leaves next to nothing of the red spot, for a network to learn, and the bones as they are", async () => {
    const everywhere: number[] = [];
    for (const [seed, windowed] of [
      [100, true],
      [101, false],
      [103, true],
      [104, false],
      [106, true],
      [111, true],
      [113, false],
      [118, true],
    ] as const) {
      const difference = await flagged(seed, windowed);
      assert.ok(difference.everywhere < 0.003, `phantom ${seed}: ${difference.everywhere} on average`);
      assert.ok(difference.region < 0.003, `phantom ${seed}: ${difference.region} in the region`);
      everywhere.push(difference.everywhere);
    }
    everywhere.sort((a, b) => a - b);
    assert.ok(everywhere[everywhere.length >> 1]! < 0.0005, `${everywhere}`);
  });
});
