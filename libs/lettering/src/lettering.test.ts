import assert from "node:assert/strict";
import { test } from "node:test";
import { lettering } from "./lettering.ts";

test("every letter, digit and sign can be written, each in its own way", () => {
  const seen = new Map<string, string>();
  for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ0123456789:.-/*,%()=") {
    const { strokes } = lettering(character);
    assert.ok(strokes.length > 0, `${character} has strokes`);
    assert.ok(
      strokes.flat().every((value) => value >= 0 && value <= 6),
      `${character} keeps to its box`,
    );
    const drawing = JSON.stringify(strokes);
    assert.equal(seen.get(drawing), undefined, `${character} looks like ${seen.get(drawing)}`);
    seen.set(drawing, character);
  }
});

test("letters stand side by side", () => {
  assert.equal(lettering("RED DOT").width, 7 * 6 - 2);
});
