/** docs/traceability.md is held to the code: named tests exist, no promise is without a row, no hazard without a control. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mistakesIn, promisesOf, readTraceability, type Traceability } from "./traceability.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = (path: string) => readFileSync(join(root, path), "utf8");

const real: Traceability = {
  page: text("docs/traceability.md"),
  promises: [
    ...promisesOf(text("docs/architecture.md"), "What always holds"),
    ...promisesOf(text("docs/reliability.md"), "What is promised"),
  ],
  sourceOf(target) {
    const path = posix.join("docs", target);
    return existsSync(join(root, path)) ? text(path) : undefined;
  },
};

test("every requirement, hazard and control is whole, and every test that is named exists", () => {
  assert.deepEqual(mistakesIn(real), []);
  const { requirements, hazards, controls } = readTraceability(real.page);
  assert.ok(requirements.length >= 12 && hazards.length >= 12 && controls.length >= 20);
  assert.ok(real.promises.length >= 12, `${real.promises.length} promises were found`);
});

describe("what is missing is found", () => {
  const planted: Record<string, [(page: string) => string, RegExp]> = {
    "a test that is called otherwise": [
      (page) => page.replace('"no laterality where none is known"', '"no laterality anywhere"'),
      /C11: .*report\.test\.ts has no test "no laterality anywhere"/,
    ],
    "a file that is gone": [
      (page) => page.replace("../services/stow/src/door.test.ts", "../services/stow/src/gate.test.ts"),
      /C9: .*gate\.test\.ts does not exist/,
    ],
    "a promise without a row": [
      (page) => page.replace("**Fail-open.**", "Fail-open"),
      /no requirement says "Fail-open\."/,
    ],
    "a hazard without a control": [(page) => page.replace("| minor | C11 |", "| minor | |"), /H6 has no control/],
    "a control without a test": [
      (page) => page.replace(/\| design \| \[door[^|]*\|/, "| design | |"),
      /C9 names no test/,
    ],
    "a control that nothing needs": [
      (page) => page.replaceAll(/, C30 \|/g, " |"),
      /C30 stands against no hazard and for no requirement/,
    ],
    "a control that is not there": [(page) => page.replace("| C7 |", "| C77 |"), /R2 names C77, which is not there/],
  };
  for (const [what, [plant, expected]] of Object.entries(planted)) {
    test(what, () => {
      const page = plant(real.page);
      assert.notEqual(page, real.page);
      assert.match(mistakesIn({ ...real, page }).join("\n"), expected);
    });
  }
});
