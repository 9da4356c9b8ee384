import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { randomOf } from "../test-support.ts";
import { fitSideLine } from "./side-line.ts";

/** Distances along a line, each with what `hide` makes of it. */
const along = (at: number, slope: number, hide: (position: number, distance: number) => number) =>
  Float64Array.from({ length: 200 }, (_, position) => hide(position, Math.round(at + slope * position)));
const everywhere = new Uint8Array(200).fill(1);

describe("fitSideLine", () => {
  it("finds a line that is a little turned", () => {
    const line = fitSideLine(
      along(20, 0.1, (_, distance) => distance),
      everywhere,
    )!;
    assert.ok(Math.abs(line.at - 20) < 0.3 && Math.abs(line.slope - 0.1) < 0.003, JSON.stringify(line));
  });

  it("finds it where anatomy hides half of it, and some letters lie outside", () => {
    const random = randomOf(2);
    const distances = along(30, -0.05, (position, distance) => {
      if (position >= 60 && position < 160) return distance + 10 + Math.floor(random() * 60);
      return position < 3 ? 5 : distance;
    });
    const line = fitSideLine(distances, everywhere)!;
    assert.ok(Math.abs(line.at - 30) < 0.5 && Math.abs(line.slope + 0.05) < 0.006, JSON.stringify(line));
  });

  it("does not cut off a thumb", () => {
    const distances = along(40, 0, (position, distance) => (position >= 90 && position < 110 ? 15 : distance));
    assert.equal(fitSideLine(distances, everywhere), undefined);
  });

  it("finds none where nothing is straight, where edges do not count, or where there are none", () => {
    const round = along(0, 0, (position) => Math.round(90 - Math.sqrt(Math.max(0, 90 ** 2 - (position - 100) ** 2))));
    assert.equal(fitSideLine(round, everywhere), undefined);
    assert.equal(
      fitSideLine(
        along(20, 0, (_, distance) => distance),
        new Uint8Array(200),
      ),
      undefined,
    );
    assert.equal(fitSideLine(new Float64Array(200).fill(Number.NaN), new Uint8Array(200)), undefined);
  });

  it("finds none that is steep", () => {
    assert.equal(
      fitSideLine(
        along(0, 0.6, (_, distance) => distance),
        everywhere,
      ),
      undefined,
    );
  });
});
