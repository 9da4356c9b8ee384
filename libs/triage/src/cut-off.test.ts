import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeAt } from "./cut-off.ts";

test("from the cut-off on it is a fracture, within the band it is not for the machine to say", () => {
  const model = { cutOff: 0.5, inconclusiveBand: { low: 0.4, high: 0.6 } };
  assert.equal(outcomeAt(0.39, model), "no-fracture");
  assert.equal(outcomeAt(0.4, model), "inconclusive");
  assert.equal(outcomeAt(0.5, model), "inconclusive");
  assert.equal(outcomeAt(0.6, model), "fracture");
});

test("with an empty band the cut-off alone decides", () => {
  const model = { cutOff: 0.5, inconclusiveBand: { low: 0.5, high: 0.5 } };
  assert.equal(outcomeAt(0.4999, model), "no-fracture");
  assert.equal(outcomeAt(0.5, model), "fracture");
});
