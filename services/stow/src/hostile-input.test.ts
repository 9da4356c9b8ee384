import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MOST_HEADER_FIELDS } from "./broken-request.ts";
import { variables } from "./config.ts";
import { INSTANCE_FAILURES, REQUEST_FAILURES } from "./failures.ts";

const page = readFileSync(new URL("../../../docs/hostile-input.md", import.meta.url), "utf8");
const rows = page
  .split("\n## Limits\n")[1]!
  .split("\n## ")[0]!
  .split("\n")
  .filter((line) => /^\| (?!what |-)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, what = "", limit = "", variable = "", beyond = ""]) => ({ what, limit, variable, beyond }));

test("docs/hostile-input.md has every variable that is a limit, with its default", () => {
  const isLimit = /^REDSPOT_(MAX|MIN_BYTES|IDLE|HEADER|SPOOL_RESERVE)/;
  const expected = Object.entries(variables).flatMap(([name, schema]) =>
    isLimit.test(name) ? [[name, String(schema.parse(undefined))]] : [],
  );
  const written = rows.flatMap(({ variable, limit }) =>
    variable === "" ? [] : [[variable.replaceAll("`", ""), /^\d+/.exec(limit)?.[0]]],
  );
  assert.deepEqual(written.sort(), expected.sort());
});

test("docs/hostile-input.md says what there is beyond each limit, by codes and statuses that there are", () => {
  const codes: Record<string, { status?: number; reason?: number }> = { ...INSTANCE_FAILURES, ...REQUEST_FAILURES };
  for (const { what, beyond } of rows) {
    if (beyond.startsWith("not analysed")) continue;
    const named = [...beyond.matchAll(/`(\w+)`/g)].map(([, code = ""]) => code);
    assert.ok(named.length > 0 || beyond === "connection closed", what);
    const status = Number(/^\d{3}/.exec(beyond)?.[0] ?? Number.NaN);
    for (const code of named) {
      assert.ok(code in codes, `${what}: ${code}`);
      const { status: known } = codes[code]!;
      if (!Number.isNaN(status) && known !== undefined) assert.equal(known, status, `${what}: ${code}`);
    }
  }
});

test("docs/hostile-input.md has the number of header fields that is in the code", () => {
  assert.equal(rows.find(({ what }) => what === "header fields of a request")?.limit, String(MOST_HEADER_FIELDS));
});
