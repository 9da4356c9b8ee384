import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { newToken, parseStaticTokens, staticTokenEntry, staticTokenScheme } from "./static-tokens.ts";

const PACS = "1n0o-token-of-the-pacs";
const READER = "a-token-of-the-reading-room";
const list = [
  "# who may store",
  staticTokenEntry({ name: "pacs", scopes: ["store"] }, PACS),
  `${staticTokenEntry({ name: "reading-room", scopes: ["read", "admin"] }, READER)},`,
].join("\n");

test("an entry has the token's SHA-256 and nothing else of it", () => {
  const entry = staticTokenEntry({ name: "pacs", scopes: ["store", "read"] }, PACS);
  assert.equal(entry, `pacs:store+read:sha256-${createHash("sha256").update(PACS).digest("hex")}`);
});

test("whose token it is and what it opens", async () => {
  const scheme = staticTokenScheme(parseStaticTokens(list));
  assert.deepEqual(await scheme.identify({ token: PACS }), { name: "token:pacs", scopes: new Set(["store"]) });
  assert.deepEqual((await scheme.identify({ token: READER }))?.scopes, new Set(["read", "admin"]));
  for (const token of [undefined, "", `${PACS} `, PACS.toUpperCase(), "x"]) {
    assert.equal(await scheme.identify({ token }), undefined, token);
  }
  assert.doesNotMatch(JSON.stringify(scheme.describe()), /sha256|[0-9a-f]{16}/);
});

test("what is no entry is refused by its number, and not repeated", () => {
  const hash = "0".repeat(64);
  for (const wrong of [
    "a-token-in-clear",
    `pacs:write:sha256-${hash}`,
    `pacs::sha256-${hash}`,
    `pacs:store:${hash}`,
    `pacs:store:sha256-${hash.slice(1)}`,
    `pacs:store:sha256-${"G".repeat(64)}`,
    `pacs,name:store:sha256-${hash}`,
    `first:read:sha256-${hash}`,
  ]) {
    assert.throws(
      () => parseStaticTokens(`first:store:sha256-${hash}\n${wrong}`),
      (error: unknown) => {
        assert.ok(error instanceof RangeError);
        assert.match(error.message, /^entry 2 is not NAME:SCOPES:sha256-HEX .*npm run token/);
        assert.ok(!error.message.includes(wrong));
        return true;
      },
    );
  }
  assert.deepEqual(parseStaticTokens(""), []);
});

test("a new token has 256 bits, and is never the same", () => {
  assert.match(newToken(), /^[\w-]{43}$/);
  assert.notEqual(newToken(), newToken());
});
