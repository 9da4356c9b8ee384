import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { activationOutline, outlineInImage } from "./activation-region.ts";

/** Evidence of a height in one cell, falling off around it; the mean of the rest is near nought. */
function hotCell(row: number, column: number, height = 12) {
  return Array.from(
    { length: 64 },
    (_, cell) => height * Math.exp(-((Math.floor(cell / 8) - row) ** 2 + ((cell % 8) - column) ** 2) / 2),
  );
}

const boundsOf = (points: readonly { x: number; y: number }[]) => {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)] as [number, number, number, number];
};

describe("the outline of the strongest evidence", () => {
  test("is closed, and goes round the cell that it is in", () => {
    const outline = activationOutline({ activationMap: hotCell(3, 5), logit: 2 });
    assert.ok(outline);
    assert.deepEqual(outline[0], outline.at(-1));
    const [left, right, top, bottom] = boundsOf(outline);
    // The middle of the cell in row 3 and column 5 of 8.
    const [x, y] = [5.5 / 8, 3.5 / 8];
    assert.ok(left < x && x < right && top < y && y < bottom, `${[left, right, top, bottom]}`);
    // Half of a Gaussian's height is 1.18 of its deviation, here one cell, away.
    for (const reach of [x - left, right - x, y - top, bottom - y]) {
      assert.ok(Math.abs(reach - 1.18 / 8) < 0.25 / 8, `${reach * 8} cells`);
    }
  });

  test("of two places it is round the stronger one", () => {
    const [one, other] = [hotCell(1, 1, 20), hotCell(6, 6, 24)];
    const outline = activationOutline({ activationMap: one.map((value, i) => value + other[i]!), logit: 2 });
    const [left, , top] = boundsOf(outline!);
    assert.ok(left > 0.5 && top > 0.5);
  });

  test("in a corner it ends where the image does", () => {
    const [left, right, top, bottom] = boundsOf(activationOutline({ activationMap: hotCell(0, 7), logit: 2 })!);
    assert.ok(left > 0.7 && right <= 1 && right > 0.97 && top >= 0 && top < 0.03 && bottom < 0.3);
  });

  test("there is none where nothing stands out, or what does speaks against a fracture", () => {
    assert.equal(activationOutline({ activationMap: new Array(64).fill(3), logit: 3 }), undefined);
    assert.equal(activationOutline({ activationMap: hotCell(3, 3, 0.5), logit: 0 }), undefined);
    // With this bias even the strongest cell is evidence against.
    assert.equal(activationOutline({ activationMap: hotCell(3, 3), logit: -20 }), undefined);
    assert.equal(activationOutline({ activationMap: new Array(64).fill(Number.NaN), logit: 0 }), undefined);
  });
});

describe("the outline in the image", () => {
  const square = [
    { x: 0.25, y: 0.25 },
    { x: 0.75, y: 0.25 },
    { x: 0.75, y: 0.75 },
    { x: 0.25, y: 0.75 },
    { x: 0.25, y: 0.25 },
  ];

  test("is where the network saw it, in columns and rows of the image", () => {
    const seen = { x: -100, y: 50, width: 1000, height: 800 };
    assert.deepEqual(boundsOf(outlineInImage(square, { seen, rows: 2000, columns: 1500 })!), [150, 650, 250, 650]);
  });

  test("keeps within the image", () => {
    const seen = { x: -500, y: -500, width: 2000, height: 2000 };
    assert.deepEqual(boundsOf(outlineInImage(square, { seen, rows: 800, columns: 700 })!), [0, 700, 0, 800]);
  });

  test("is none where the network saw what is no image", () => {
    const seen = { x: -5000, y: 0, width: 2000, height: 2000 };
    assert.equal(outlineInImage(square, { seen, rows: 800, columns: 700 }), undefined);
  });
});
