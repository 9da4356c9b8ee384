import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { code } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import {
  type Child,
  codeValueItem,
  containerItem,
  imageItem,
  numItem,
  regionItem,
  relate,
  textItem,
  uidRefItem,
} from "./content-item.ts";
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
});

test("a region is a closed line round something", () => {
  const image = { sopClassUID: "1.2", sopInstanceUID: "1.3" };
  const region = (...points: [number, number][]) =>
    regionItem(
      Code.VisualExplanation,
      points.map(([x, y]) => ({ x, y })),
      image,
    );
  assert.ok(region([0, 0], [9, 0], [9, 9], [0, 0]));
  assert.throws(() => region([0, 0], [9, 0], [9, 9], [0, 1]), refused("INVALID_CONTENT"));
  assert.throws(() => region([0, 0], [9, 0], [0, 0]), refused("INVALID_CONTENT"));
  assert.throws(() => region([0, 0], [Number.NaN, 0], [9, 9], [0, 0]), refused("INVALID_CONTENT"));
});

describe("a tree keeps to the relationships of its IOD, at any depth", () => {
  const side = codeValueItem(Code.Laterality, Code.Left);
  const image = imageItem({ sopClassUID: "1.2", sopInstanceUID: "1.3" });
  const text = (...children: Child[]) => textItem(Code.Comment, "x", children);
  const inside = (...children: Child[]) =>
    containerItem(Code.ImagingMeasurements, relate("CONTAINS", containerItem(Code.MeasurementGroup, children)));
  const group = containerItem(Code.ImageLibraryGroup, relate("CONTAINS", image));

  for (const reportClass of ["comprehensive-3d", "enhanced"] as const) {
    test(reportClass, () => {
      const check = (...children: Child[]) => checkRelationships(inside(...children), reportClass);
      check(...relate("HAS CONCEPT MOD", side), ...relate("CONTAINS", image), ...relate("HAS OBS CONTEXT", text()));
      for (const wrong of [
        relate("HAS CONCEPT MOD", image),
        relate("INFERRED FROM", image),
        relate("SELECTED FROM", image),
        relate("CONTAINS", text(...relate("CONTAINS", side))),
      ]) {
        assert.throws(() => check(...wrong), refused("INVALID_RELATIONSHIP"));
      }
    });
  }

  test("Enhanced SR has no context of an observation, and infers from no container (PS3.3 table A.35.2-2)", () => {
    for (const only3d of [text(...relate("HAS OBS CONTEXT", side)), text(...relate("INFERRED FROM", group))]) {
      checkRelationships(inside(...relate("CONTAINS", only3d)), "comprehensive-3d");
      assert.throws(
        () => checkRelationships(inside(...relate("CONTAINS", only3d)), "enhanced"),
        /not allowed in Enhanced SR \(PS3\.3 A\.35\.2\)/,
      );
    }
  });
});
