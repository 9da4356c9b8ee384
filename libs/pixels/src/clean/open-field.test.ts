import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderRadiograph } from "@redspot/phantom";
import { decodeFrame } from "../decode/decode.ts";
import { readGreyScale } from "../grey/grey-scale.ts";
import { readImagePixel } from "../image-pixel.ts";
import { lookAt } from "../look.ts";
import { imageInstance, limbWords, phantomInstance, type Synthetic } from "../test-support.ts";
import { findOpenField } from "./open-field.ts";
import type { Point } from "./polygon.ts";

async function fieldOf(part10: ReturnType<typeof imageInstance>): Promise<Point[] | undefined> {
  const image = readImagePixel(part10.dataSet);
  const scale = readGreyScale(part10.dataSet, image);
  const { lattice, frame } = lookAt(await decodeFrame(part10, image), part10.dataSet, image, scale);
  return findOpenField(frame, lattice, scale);
}

/** How far inside a polygon a point lies, in pixels; negative outside. Corners go round clockwise on the screen. */
function inside(corners: Point[], { x, y }: Point): number {
  return Math.min(
    ...corners.map((from, index) => {
      const to = corners[(index + 1) % corners.length]!;
      const length = Math.hypot(to.x - from.x, to.y - from.y);
      return ((to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x)) / length;
    }),
  );
}

describe("findOpenField", () => {
  // Exposed, black and white surrounds, turned collimators, both polarities.
  for (const seed of [2, 5, 13, 21, 34, 40, 41, 52]) {
    it(`finds the collimated field of phantom ${seed}`, async () => {
      const radiograph = renderRadiograph({ seed, matrix: { rows: 1570, columns: 1170 } });
      const { beam, pixelSpacing, rows, columns } = radiograph.technique;
      const { x, y, width, height, degrees } = beam.collimation;
      const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      // The phantom's y axis points up, and its origin is the middle of the matrix.
      const corners = [
        [-1, 1],
        [1, 1],
        [1, -1],
        [-1, -1],
      ].map(([u, v]) => {
        const [right, up] = [(u! * width) / 2, (v! * height) / 2];
        return {
          x: columns / 2 + (x + right * cos - up * sin) / pixelSpacing,
          y: rows / 2 - (y + right * sin + up * cos) / pixelSpacing,
        };
      });
      const field = await fieldOf(phantomInstance(radiograph));
      assert.ok(field);
      const clamped = (point: Point) => ({
        x: Math.min(Math.max(point.x, 0), columns),
        y: Math.min(Math.max(point.y, 0), rows),
      });
      // Nothing of the surround is taken in, and next to nothing of the field is given away.
      for (const point of field) {
        const onEdge = point.x === 0 || point.y === 0 || point.x === columns || point.y === rows;
        if (!onEdge) assert.ok(inside(corners, point) > -4, `${JSON.stringify(point)} is outside the field`);
      }
      for (const corner of corners.map(clamped)) {
        assert.ok(inside(field, corner) > -0.02 * rows, `the field's corner ${JSON.stringify(corner)} is given away`);
      }
    });
  }

  it("finds none where the limb and air fill the frame", async () => {
    for (const seed of [1, 2, 3]) {
      const limb: Synthetic = { rows: 800, columns: 600, bitsStored: 12, words: limbWords(800, 600, 12, seed) };
      assert.equal(await fieldOf(imageInstance(limb)), undefined);
    }
  });

  it("finds none in noise, in one value, or in a ramp", async () => {
    const words: ArrayLike<number>[] = [
      Uint16Array.from({ length: 480_000 }, (_, at) => (at * 2654435761) % 4096),
      new Uint16Array(480_000).fill(99),
      Uint16Array.from({ length: 480_000 }, (_, at) => at % 600),
    ];
    for (const each of words) {
      assert.equal(await fieldOf(imageInstance({ rows: 800, columns: 600, bitsStored: 12, words: each })), undefined);
    }
  });
});
