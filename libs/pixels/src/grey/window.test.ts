import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetOf } from "@redspot/dicom";
import { applyWindow, readWindow, type VoiFunction } from "./window.ts";

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, not ${expected}`);

/** The output, from 0 to 255 as in the notes of PS3.3 C.11.2.1.2.1. */
const output = (voiFunction: VoiFunction, center: number, width: number, value: number) =>
  255 * applyWindow({ center, width, function: voiFunction })(value);

describe("applyWindow", () => {
  it("LINEAR: center 2048, width 4096 maps 0 to 4095 onto the whole range (PS3.3 C.11.2.1.2.1, note 5)", () => {
    near(output("linear", 2048, 4096, 0), 0);
    near(output("linear", 2048, 4096, 4095), 255);
    near(output("linear", 2048, 4096, 2047.5), 127.5);
  });

  it("LINEAR: center 2048, width 1 is a threshold between 2047 and 2048 (note 5)", () => {
    near(output("linear", 2048, 1, 2047), 0);
    near(output("linear", 2048, 1, 2048), 255);
  });

  it("LINEAR: center 0, width 100 maps -50 to 0 and 49 to 255 (note 5)", () => {
    for (const [value, grey] of [
      [-51, 0],
      [-50, 0],
      [-0.5, 127.5],
      [49, 255],
      [50, 255],
    ] as const) {
      near(output("linear", 0, 100, value), grey);
    }
    near(output("linear", 0, 100, -49), 255 / 99);
  });

  it("LINEAR_EXACT: maps c - w/2 to c + w/2 onto the whole range (C.11.2.1.3.2)", () => {
    for (const [value, grey] of [
      [-51, 0],
      [-50, 0],
      [0, 127.5],
      [25, 191.25],
      [50, 255],
      [51, 255],
    ] as const) {
      near(output("linear exact", 0, 100, value), grey);
    }
    near(output("linear exact", 0.5, 0.5, 0.625), 191.25);
  });

  it("SIGMOID: 1 / (1 + exp(-4 (x - c) / w)) (C.11.2.1.3.1)", () => {
    near(output("sigmoid", 500, 200, 500), 127.5);
    near(output("sigmoid", 500, 200, 600), 255 / (1 + Math.exp(-2)));
    near(output("sigmoid", 500, 200, 400), 255 / (1 + Math.exp(2)));
  });
});

describe("readWindow", () => {
  const read = (elements: Parameters<typeof dataSetOf>[0]) => readWindow(dataSetOf(elements));

  it("takes the first of several windows", () => {
    assert.deepEqual(read({ WindowCenter: ["500", "900"], WindowWidth: ["1000", "200"] }), {
      center: 500,
      width: 1000,
      function: "linear",
    });
  });

  it("reads the function", () => {
    const window = { WindowCenter: "0.5", WindowWidth: "0.5" };
    assert.equal(read({ ...window, VOILUTFunction: "LINEAR_EXACT" })?.function, "linear exact");
    assert.equal(read({ ...window, VOILUTFunction: "SIGMOID" })?.function, "sigmoid");
  });

  it("passes over a width that its function does not allow", () => {
    assert.equal(read({ WindowCenter: "500", WindowWidth: "0" }), undefined);
    assert.equal(read({ WindowCenter: "500", WindowWidth: "-3" }), undefined);
    assert.equal(read({ WindowCenter: "500", WindowWidth: "0.5" }), undefined);
    assert.equal(read({ WindowCenter: "500", WindowWidth: "0.5", VOILUTFunction: "LINEAR_EXACT" })?.width, 0.5);
    assert.equal(read({ WindowCenter: ["500", "600"], WindowWidth: ["0", "100"] })?.center, 600);
  });

  it("finds none where there is none, or half of one", () => {
    assert.equal(read({}), undefined);
    assert.equal(read({ WindowCenter: "500" }), undefined);
    assert.equal(read({ WindowCenter: null, WindowWidth: null }), undefined);
  });
});
