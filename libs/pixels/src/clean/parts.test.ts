import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { randomOf } from "../test-support.ts";
import { grow, keepLargeParts, labelParts, type Parts, shrink } from "./parts.ts";

const maskOf = (...lines: string[]) => Uint8Array.from(lines.join(""), (cell) => (cell === "#" ? 1 : 0));
const linesOf = (mask: Uint8Array, width: number) =>
  Array.from({ length: mask.length / width }, (_, y) =>
    [...mask.subarray(y * width, (y + 1) * width)].map((cell) => (cell ? "#" : ".")).join(""),
  );

/** Each cell's part, 0 where the mask is 0. */
function labelsOf(mask: Uint8Array, { runs }: Parts): Int32Array {
  const labels = new Int32Array(mask.length);
  for (const { part, from, to } of runs) labels.fill(part, from, to);
  return labels;
}

describe("labelParts", () => {
  it("joins cells that touch, at a corner too", () => {
    const mask = maskOf("#..#", ".#.#", "....");
    const parts = labelParts(mask, 4);
    assert.deepEqual([...labelsOf(mask, parts)], [1, 0, 0, 2, 0, 1, 0, 2, 0, 0, 0, 0]);
    assert.deepEqual(parts.sizes, [0, 2, 2]);
  });

  it("joins parts that meet only further down", () => {
    for (const lines of [
      ["#.#.#", "#.#.#", "#####"],
      ["..#", ".#.", "#..", ".#.", "..#"],
      ["#.#", ".#.", "#.#"],
    ]) {
      assert.equal(labelParts(maskOf(...lines), lines[0]!.length).sizes.length, 2, lines.join("/"));
    }
  });

  it("agrees with flooding, on random masks", () => {
    const random = randomOf(11);
    for (let round = 0; round < 40; round++) {
      const [width, height] = [1 + Math.floor(random() * 20), 1 + Math.floor(random() * 20)];
      const mask = Uint8Array.from({ length: width * height }, () => (random() < 0.45 ? 1 : 0));
      const found = labelParts(mask, width);
      const { sizes } = found;
      const flooded = new Int32Array(mask.length);
      let parts = 0;
      for (let start = 0; start < mask.length; start++) {
        if (!mask[start] || flooded[start]) continue;
        parts++;
        const stack = [start];
        flooded[start] = parts;
        while (stack.length > 0) {
          const at = stack.pop()!;
          for (let next = 0; next < mask.length; next++) {
            const [dx, dy] = [(next % width) - (at % width), Math.floor(next / width) - Math.floor(at / width)];
            if (mask[next] && !flooded[next] && Math.abs(dx) <= 1 && Math.abs(dy) <= 1) {
              flooded[next] = parts;
              stack.push(next);
            }
          }
        }
      }
      assert.deepEqual(labelsOf(mask, found), flooded);
      assert.equal(sizes.length, parts + 1);
      sizes.forEach((size, part) => {
        assert.equal(size, part === 0 ? 0 : flooded.filter((label) => label === part).length);
      });
    }
  });
});

describe("masks", () => {
  it("grow and shrink by a cell, going on beyond the image", () => {
    assert.deepEqual(linesOf(grow(maskOf(".....", "..#..", "....."), 5, 3), 5), [".###.", ".###.", ".###."]);
    assert.deepEqual(linesOf(shrink(maskOf("####.", "####.", "####."), 5, 3), 5), ["###..", "###..", "###.."]);
  });

  it("lose what is thin and what is small", () => {
    const mask = maskOf("####...#", "####...#", "####...#", "........", ".###....", ".###....", ".###....");
    assert.deepEqual(linesOf(keepLargeParts(mask, 8, 7, 10), 8).slice(0, 3), ["####....", "####....", "####...."]);
    assert.equal(
      keepLargeParts(mask, 8, 7, 10).reduce((sum, cell) => sum + cell, 0),
      12,
    );
  });
});
