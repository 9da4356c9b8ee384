import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { randomOf } from "../test-support.ts";
import { distributionOf } from "./distribution.ts";

describe("distributionOf", () => {
  it("has the percentiles of the sorted values, to within a 4096th of the range", () => {
    const random = randomOf(5);
    const values = Float32Array.from({ length: 5000 }, () => 100 + 900 * random() ** 3);
    const sorted = values.toSorted();
    const { percentile } = distributionOf(values);
    for (const share of [0, 0.005, 0.1, 0.5, 0.9, 0.995, 1]) {
      const expected = sorted[Math.round(share * 4999)]!;
      assert.ok(
        Math.abs(percentile(share) - expected) <= 900 / 4096,
        `${share}: ${percentile(share)}, not ${expected}`,
      );
    }
  });

  it("leaves out what is no number and what the mask leaves out", () => {
    const { percentile } = distributionOf(Float32Array.of(1, Number.NaN, 5, 9), Uint8Array.of(1, 1, 1, 0));
    assert.deepEqual([percentile(0), percentile(1)], [1, 5]);
  });

  it("is one value where all are, and none where there are none", () => {
    assert.equal(distributionOf(Float32Array.of(3, 3)).percentile(0.7), 3);
    assert.ok(Number.isNaN(distributionOf(new Float32Array()).percentile(0.5)));
  });
});
