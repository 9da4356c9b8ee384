import assert from "node:assert/strict";
import { test } from "node:test";
import { code } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import { codeValueItem, containerItem, imageItem, numItem, relate, textItem, uidRefItem } from "./content-item.ts";
import { checkRelationships } from "./relationship-constraints.ts";
import { SrError } from "./sr-error.ts";

const refused = (code: string) => (error: unknown) => error instanceof SrError && error.code === code;

test("a coded concept has all its parts, none too long, none with a backslash", () => {
  assert.deepEqual(code("1", "DCM", "One"), { value: "1", scheme: "DCM", meaning: "One" });
  for (const [value, scheme, meaning] of [
    ["", "DCM", "One"],
    ["1", "", "One"],
    ["1", "DCM", ""],
    ["12345678901234567", "DCM", "One"],
    ["1", "DCM", "m".repeat(65)],
    ["1", "DCM", "One\\Two"],
    [" 1", "DCM", "One"],
  ] as const) {
    assert.throws(() => code(value, scheme, meaning), refused("INVALID_CONTENT"));
  }
  assert.ok(code("1", "DCM", "語".repeat(64)));
});

test("content items refuse values that their value types do not have", () => {
  assert.throws(() => textItem(Code.Comment, "  "), refused("INVALID_CONTENT"));
  assert.throws(() => textItem(Code.Comment, "bell \u0007"), refused("INVALID_CONTENT"));
  assert.ok(textItem(Code.Comment, "two\r\nlines"));
  assert.throws(() => numItem(Code.CertaintyOfFinding, Number.NaN, Code.Percent), refused("INVALID_CONTENT"));
  assert.throws(() => numItem(Code.CertaintyOfFinding, 100 / 3, Code.Percent), refused("INVALID_CONTENT"));
  assert.throws(() => uidRefItem(Code.DeviceObserverUID, "1.02"), refused("INVALID_CONTENT"));
  assert.throws(() => imageItem({ sopClassUID: "1.2", sopInstanceUID: "" }), refused("INVALID_CONTENT"));
  assert.throws(() => containerItem(Code.ImageLibrary, []), refused("INVALID_CONTENT"));
});

test("a tree keeps to the relationships of the IOD, at any depth", () => {
  const side = codeValueItem(Code.Laterality, Code.Left);
  const image = imageItem({ sopClassUID: "1.2", sopInstanceUID: "1.3" });
  const inside = (...children: Parameters<typeof containerItem>[1]) =>
    containerItem(Code.ImagingMeasurements, relate("CONTAINS", containerItem(Code.MeasurementGroup, children)));
  checkRelationships(inside(...relate("HAS CONCEPT MOD", side), ...relate("CONTAINS", image)));
  assert.throws(() => checkRelationships(inside(...relate("HAS CONCEPT MOD", image))), refused("INVALID_RELATIONSHIP"));
  assert.throws(() => checkRelationships(inside(...relate("INFERRED FROM", image))), refused("INVALID_RELATIONSHIP"));
  const text = textItem(Code.Comment, "x", relate("CONTAINS", side));
  assert.throws(() => checkRelationships(inside(...relate("CONTAINS", text))), refused("INVALID_RELATIONSHIP"));
});
