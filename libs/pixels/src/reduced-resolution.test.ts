import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Part10, readPart10, TransferSyntax, writePart10 } from "@redspot/dicom";
import { renderRadiograph } from "@redspot/phantom";
import { toModelInput } from "./model-input.ts";
import { converted, encapsulated, htj2kStream, phantomInstance, type Synthetic } from "./test-support.ts";

/** What decoding at half or quarter resolution may move the greys by, on average over the model input. */
const TOLERANCE = 0.005;

describe("the resolution that is needed", () => {
  const made = ([seed, rows, columns, windowed]: readonly [number, number, number, boolean]) => {
    const radiograph = renderRadiograph({ seed, matrix: { rows, columns } });
    return { radiograph, part10: phantomInstance(radiograph, { windowed }) };
  };

  async function compare(part10: Part10, compressed: Part10): Promise<0 | 1 | 2> {
    const whole = await toModelInput(part10);
    const reduced = await toModelInput(compressed);
    const mean =
      whole.pixels.reduce((sum, grey, at) => sum + Math.abs(grey - reduced.pixels[at]!), 0) / whole.pixels.length;
    assert.ok(mean < TOLERANCE, `${mean} on average`);
    for (const side of ["x", "y", "width", "height"] as const) {
      const apart = Math.abs(whole.facts.field[side] - reduced.facts.field[side]);
      assert.ok(apart < 16, `the field's ${side} is ${apart} pixels off`);
      const seenApart = Math.abs(whole.facts.seen[side] - reduced.facts.seen[side]);
      assert.ok(seenApart < 16, `the ${side} of what is seen is ${seenApart} pixels off`);
    }
    assert.equal(whole.facts.decodedReduction, 0);
    return reduced.facts.decodedReduction;
  }

  for (const [phantom, isHalved] of [
    [[7, 2140, 1760, true], true],
    [[19, 2600, 2140, true], true],
    [[19, 2600, 2140, false], true],
    [[31, 3000, 2500, true], true],
    [[9, 800, 600, true], false],
  ] as const) {
    const [seed, rows, columns, windowed] = phantom;
    it(`JPEG 2000 of phantom ${seed}, ${rows} x ${columns}${windowed ? "" : ", no window"}: ${isHalved ? "halved" : "whole"}`, async (test) => {
      const { part10 } = made(phantom);
      const bytes = await converted("gdcmconv", ["--j2k"], writePart10(part10.dataSet));
      if (!bytes) return test.skip("gdcmconv is not installed");
      assert.equal((await compare(part10, readPart10(bytes))) > 0, isHalved);
    });
  }

  it("HTJ2K is halved as well", async () => {
    const { radiograph, part10 } = made([7, 2140, 1760, true]);
    const { pixels, rows, columns, bitsStored, photometric, windowCenter, windowWidth } = radiograph;
    const elements = { WindowCenter: String(windowCenter), WindowWidth: String(windowWidth) };
    const synthetic: Synthetic = { rows, columns, bitsStored, photometric, words: pixels, elements };
    const stream = await htj2kStream(pixels, rows, columns, bitsStored);
    assert.equal((await compare(part10, encapsulated(synthetic, TransferSyntax.HTJ2KLossless, stream))) > 0, true);
  });
});
