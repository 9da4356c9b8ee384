import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetOf, type ElementValue } from "@redspot/dicom";
import { distributionOf } from "../clean/distribution.ts";
import { chooseVoi } from "./voi.ts";

const modality = { apply: (stored: number) => stored, signed: false };
/** Values evenly from 1000 to 3000. */
const values = distributionOf(Float32Array.from({ length: 2001 }, (_, at) => 1000 + at));
const choose = (elements: Record<string, ElementValue>) => chooseVoi(dataSetOf(elements), modality, values);
const table = (first: number, data: number[]) => [
  dataSetOf({ LUTDescriptor: [data.length, first, 16], LUTData: data }),
];
const ramp = Array.from({ length: 2001 }, (_, at) => Math.round((at * 65535) / 2000));

describe("chooseVoi", () => {
  it("takes the VOI LUT Sequence before a window", () => {
    const voi = choose({ VOILUTSequence: table(1000, ramp), WindowCenter: "2000", WindowWidth: "2000" });
    assert.equal(voi.choice, "sequence");
    assert.ok(Math.abs(voi.apply(1500) - 0.25) < 1e-4);
  });

  it("takes the window, by its function", () => {
    const window = { WindowCenter: "2000", WindowWidth: "2000" };
    assert.equal(choose(window).choice, "linear");
    assert.equal(choose({ ...window, VOILUTFunction: "LINEAR_EXACT" }).choice, "linear exact");
    assert.equal(choose({ ...window, VOILUTFunction: "SIGMOID" }).choice, "sigmoid");
  });

  it("takes the window where the sequence cannot be read", () => {
    const broken = [dataSetOf({ LUTDescriptor: [5, 0, 16], LUTData: [1, 2] })];
    assert.equal(choose({ VOILUTSequence: broken, WindowCenter: "2000", WindowWidth: "2000" }).choice, "linear");
  });

  for (const [what, center, width] of [
    ["beside the values, so that all is white", "-500", "200"],
    ["beside the values, so that all is black", "9000", "2000"],
    ["so wide that nothing can be told apart", "32768", "65536"],
    ["so narrow that all is black or white", "2000", "2"],
    ["without width", "2000", "0"],
  ] as const) {
    it(`passes over a window ${what}`, () => {
      assert.equal(choose({ WindowCenter: center, WindowWidth: width }).choice, "percentile");
    });
  }

  it("keeps a window that clips air and shows the rest", () => {
    assert.equal(choose({ WindowCenter: "2600", WindowWidth: "800" }).choice, "linear");
  });

  it("spans 0.5 to 99.5 % of the values where nothing was sent", () => {
    const { choice, apply } = choose({});
    assert.equal(choice, "percentile");
    for (const [value, grey] of [
      [1000, 0],
      [1010, 0],
      [2000, 0.5],
      [2990, 1],
      [3000, 1],
    ] as const) {
      assert.ok(Math.abs(apply(value) - grey) < 0.002, `${value} gives ${apply(value)}`);
    }
  });

  it("gives greys, not NaN, where all values are the same or there are none", () => {
    for (const sample of [Float32Array.of(7, 7, 7), new Float32Array()]) {
      const grey = chooseVoi(dataSetOf({}), modality, distributionOf(sample)).apply(7);
      assert.ok(grey >= 0 && grey <= 1, `${grey}`);
    }
  });
});
