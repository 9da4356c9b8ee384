import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { randomOf } from "../test-support.ts";
import { averageAreas, type Box } from "./area-average.ts";

const identity = Float32Array.from({ length: 65536 }, (_, word) => word);
const whole = (columns: number, rows: number): Box => ({ x: 0, y: 0, width: columns, height: rows });

/** The same by definition: each cell the sum over all pixels of the area they share with it, by the area of a cell. */
function byDefinition(
  words: Uint16Array,
  columns: number,
  rows: number,
  box: Box,
  width: number,
  height: number,
): number[] {
  const shared = (from: number, to: number, at: number) => Math.max(0, Math.min(to, at + 1) - Math.max(from, at));
  return Array.from({ length: width * height }, (_, cell) => {
    const [x, y] = [cell % width, Math.floor(cell / width)];
    const [left, right] = [x, x + 1].map((edge) => box.x + (edge * box.width) / width) as [number, number];
    const [top, bottom] = [y, y + 1].map((edge) => box.y + (edge * box.height) / height) as [number, number];
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        sum += words[row * columns + column]! * shared(left, right, column) * shared(top, bottom, row);
      }
    }
    return sum / ((right - left) * (bottom - top));
  });
}

describe("averageAreas", () => {
  it("is the mean of the pixels where cells hold whole ones", () => {
    const words = Uint16Array.of(1, 3, 10, 20, 5, 7, 30, 40);
    const { greys } = averageAreas({ rows: 2, columns: 4, words }, identity, whole(4, 2), 2, 1);
    assert.deepEqual([...greys], [4, 25]);
  });

  it("counts parts of pixels as parts", () => {
    const { greys } = averageAreas(
      { rows: 1, columns: 3, words: Uint16Array.of(0, 30, 60) },
      identity,
      whole(3, 1),
      2,
      1,
    );
    assert.deepEqual([...greys], [10, 50]);
  });

  it("is what the definition says, of boxes anywhere, larger and smaller than their grids", () => {
    const random = randomOf(3);
    for (let round = 0; round < 60; round++) {
      const [columns, rows] = [1 + Math.floor(random() * 30), 1 + Math.floor(random() * 30)];
      const words = Uint16Array.from({ length: rows * columns }, () => Math.floor(random() * 1000));
      const box = {
        x: round % 2 ? (random() - 0.5) * columns : 0,
        y: round % 2 ? (random() - 0.5) * rows : 0,
        width: round % 2 ? columns * (0.2 + random() * 1.5) : columns,
        height: round % 2 ? rows * (0.2 + random() * 1.5) : rows,
      };
      const [width, height] = [1 + Math.floor(random() * 12), 1 + Math.floor(random() * 12)];
      const { greys } = averageAreas({ rows, columns, words }, identity, box, width, height);
      byDefinition(words, columns, rows, box, width, height).forEach((expected, at) => {
        assert.ok(Math.abs(greys[at]! - expected) < 0.01, `round ${round}, cell ${at}: ${greys[at]}, not ${expected}`);
      });
    }
  });

  it("keeps the mean of the image, so that nothing is lost or doubled", () => {
    const random = randomOf(4);
    const words = Uint16Array.from({ length: 1571 * 1173 }, () => Math.floor(random() * 4096));
    const { greys } = averageAreas({ rows: 1571, columns: 1173, words }, identity, whole(1173, 1571), 223, 299);
    const mean = (values: ArrayLike<number>) =>
      (Array.prototype.reduce.call(values, (a, b) => (a as number) + (b as number), 0) as number) / values.length;
    assert.ok(Math.abs(mean(greys) - mean(words)) < 0.01);
  });

  it("does not alias: stripes finer than cells come out even", () => {
    const words = Uint16Array.from({ length: 1000 * 10 }, (_, at) => (at % 2) * 1000);
    const { greys } = averageAreas({ rows: 10, columns: 1000, words }, identity, whole(1000, 10), 100, 1);
    for (const grey of greys) assert.equal(grey, 500);
  });

  it("shows what is not open, and what is outside the frame, black", () => {
    const words = new Uint16Array(16).fill(100);
    const open = (row: number) => (row < 2 ? [1, 3] : []);
    const { greys } = averageAreas(
      { rows: 4, columns: 4, words },
      identity,
      { x: -4, y: 0, width: 8, height: 4 },
      8,
      4,
      open,
    );
    assert.deepEqual([...greys], [0, 0, 0, 0, 0, 100, 100, 0, 0, 0, 0, 0, 0, 100, 100, 0, ...new Array(16).fill(0)]);
  });
});
