import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetOf } from "@redspot/dicom";
import { isInverted } from "./presentation.ts";

describe("isInverted", () => {
  for (const [photometric, shape, inverted] of [
    ["MONOCHROME2", undefined, false],
    ["MONOCHROME1", undefined, true],
    ["MONOCHROME2", "IDENTITY", false],
    ["MONOCHROME1", "INVERSE", true],
    ["MONOCHROME2", "INVERSE", true],
    ["MONOCHROME1", "IDENTITY", false],
    ["MONOCHROME1", "LIN OD", true],
  ] as const) {
    it(`${photometric} with Presentation LUT Shape ${shape ?? "absent"}: ${inverted}`, () => {
      assert.equal(isInverted(dataSetOf({ PresentationLUTShape: shape }), { photometric }), inverted);
    });
  }
});
