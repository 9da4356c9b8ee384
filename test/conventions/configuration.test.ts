import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { secretsOf, serviceNames, variablesOf } from "./service-variables.ts";

const root = join(import.meta.dirname, "..", "..");

test("docs/configuration.md is what npm run configuration writes", () => {
  const main = join(root, "services", "admin", "src", "main.ts");
  const page = execFileSync(process.execPath, [main, "config", "page"], { encoding: "utf8" });
  assert.equal(readFileSync(join(root, "docs", "configuration.md"), "utf8"), page);
});

for (const name of serviceNames) {
  test(`${name}: what by its name is secret can come from a file, and is never in values or in a page`, () => {
    const secrets = secretsOf(name);
    for (const variable of variablesOf(name).filter((one) => /TOKEN|PASSWORD|SECRET|_REDIS_URL/.test(one))) {
      assert.ok(secrets.includes(variable), `${variable} is not marked as secret`);
    }
  });
}
