import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { credentialsMissing, REFUSALS, scopeMissing, tokenInvalid } from "./access-error.ts";

test("docs/errors.md has every refusal, and no other", () => {
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
  const section = page.split("\n## Access: a request is refused\n")[1]?.split("\n## ")[0] ?? "";
  assert.deepEqual(
    section.split("\n").filter((line) => line.startsWith("| `")),
    Object.entries(REFUSALS).map(([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`),
  );
});

test("challenges are those of RFC 6750 3", () => {
  const challenge = (error: { headers: Record<string, string> }) => error.headers["www-authenticate"];
  assert.equal(challenge(credentialsMissing()), 'Bearer realm="redspot"');
  assert.equal(
    challenge(tokenInvalid("the token has expired")),
    'Bearer realm="redspot", error="invalid_token", error_description="the token has expired"',
  );
  assert.equal(
    challenge(scopeMissing("store")),
    'Bearer realm="redspot", error="insufficient_scope", scope="redspot:store"',
  );
});
