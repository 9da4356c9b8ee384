import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { REASON_CODES } from "@redspot/triage";
import { Code } from "../codes.ts";
import { LANGUAGES } from "./languages.ts";

/** Codes that stand in no content tree, and so are never said. */
const NOT_SAID: readonly string[] = ["109102 DCM", "121322 DCM"];

for (const [tag, language] of Object.entries(LANGUAGES)) {
  describe(tag, () => {
    test("has its own tag, and fits what it is written into", () => {
      assert.equal(language.tag, tag);
      const lo = [language.name, ...Object.values(language.series), ...Object.values(language.meanings)];
      for (const text of lo) assert.ok(text.length > 0 && text.length <= 64 && !text.includes("\\"), text);
      // Derivation Description (0008,2111) is ST: 1024.
      assert.ok(`${language.demonstrationMark}. ${language.explanation}`.length <= 1024);
    });

    test("marks a demonstration in all that could be taken for clinical", () => {
      const { series, demonstrationMark, demonstrationWarning } = language;
      for (const text of [
        series.demonstrationReport,
        series.demonstrationPicture,
        demonstrationMark,
        demonstrationWarning,
      ]) {
        assert.match(text, /DEMONSTRATION/);
      }
      for (const text of [series.report, series.picture]) assert.doesNotMatch(text, /DEMO/);
    });

    test("says each reason differently", () => {
      assert.equal(new Set(REASON_CODES.map((code) => language.reasons[code])).size, REASON_CODES.length);
    });
  });
}

test("a language with meanings of its own has one for each code that is said, and for no other", () => {
  const said = Object.values(Code)
    .map(({ value, scheme }) => `${value} ${scheme}`)
    .filter((key) => !NOT_SAID.includes(key));
  for (const { tag, meanings } of Object.values(LANGUAGES)) {
    if (Object.keys(meanings).length > 0) assert.deepEqual(Object.keys(meanings).sort(), [...said].sort(), tag);
  }
});
