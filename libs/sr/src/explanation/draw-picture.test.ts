import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, lettering, placed } from "@redspot/lettering";
import { LANGUAGES } from "../languages/languages.ts";
import { ACTIVATION } from "../report-fixture.ts";
import { drawPicture } from "./draw-picture.ts";

const image = { width: 299, height: 299, greys: new Uint8Array(299 * 299).fill(100) };
const activation = { activationMap: ACTIVATION, logit: 1.5 };
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ0123456789:.-/*,%()= ";

/** Reads a line of text in a picture, letter by letter, by the likeness of each to those that there are. */
function read(picture: { columns: number; pixels: Uint8Array }, line: number, length: number): string {
  const { columns } = picture;
  const width = length * 6 - 2;
  const scale = Math.min(13 / 6, (columns - 24) / width);
  const [left, top] = [(columns - width * scale) / 2, line * 26 + (26 - 6 * scale) / 2];
  const likeness = (letter: string, i: number) => {
    const ink = new Float32Array(columns * 26);
    const at = { x: left + i * 6 * scale, y: top - line * 26, scale };
    draw({ strokes: placed(lettering(letter).strokes, at), half: scale * 0.35 }, columns, 26, (index, cover) => {
      ink[index] = cover;
    });
    let difference = 0;
    for (let y = 0; y < 26; y++) {
      for (let x = Math.floor(at.x - 1); x < at.x + 5 * scale; x++) {
        const there = (picture.pixels[3 * ((line * 26 + y) * columns + x)] ?? 0) / 255;
        difference += Math.abs(there - ink[y * columns + x]!);
      }
    }
    return difference;
  };
  return Array.from({ length }, (_, i) => {
    const by = [...LETTERS].map((letter) => [likeness(letter, i), letter] as const);
    return by.sort(([a], [b]) => a - b)[0]![1];
  }).join("");
}

for (const [tag, { pictureTitle, demonstrationMark, pictureFigures, percent }] of Object.entries(LANGUAGES)) {
  test(`what the picture is, and is not, can be read in it: ${tag}`, () => {
    const above = [pictureTitle, demonstrationMark];
    const below = [pictureFigures(percent(0.934), percent(0.45))];
    const picture = drawPicture(image, activation, { above, below });
    assert.deepEqual([picture.columns, picture.rows], [598, 598 + 3 * 26]);
    assert.deepEqual(
      above.map((text, i) => read(picture, i, text.length)),
      above,
    );
    assert.equal(read({ ...picture, pixels: picture.pixels.subarray(3 * 598 * 598) }, 2, below[0]!.length), below[0]);
  });
}

test("where there is no evidence the image is as it was", () => {
  const { columns, pixels } = drawPicture(image, activation, { above: [], below: [] });
  const at = (x: number, y: number) => [...pixels.subarray(3 * (y * columns + x), 3 * (y * columns + x) + 3)];
  assert.deepEqual(at(5, 5), [100, 100, 100]);
  // The middle of the cell with the most, under a cover that lets the image through.
  const [red = 0, green = 0, blue = 0] = at(Math.round((4.5 / 8) * 598), Math.round((3.5 / 8) * 598));
  assert.ok(red > 150 && green > 150 && blue < 140, `${[red, green, blue]}`);
});
