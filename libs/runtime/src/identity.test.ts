import assert from "node:assert/strict";
import { test } from "node:test";
import { identify, parseGrants, type Scheme, scopeOf } from "./identity.ts";

test("the first scheme that knows the credentials tells who it is", async () => {
  const asked: string[] = [];
  const scheme = (name: string, token: string): Scheme => ({
    async identify(credentials) {
      asked.push(name);
      return credentials.token === token ? { name, scopes: new Set() } : undefined;
    },
    describe: () => ({}),
  });
  const schemes = [scheme("a", "1"), scheme("b", "2"), scheme("c", "2")];
  assert.equal((await identify(schemes, { token: "2" }))?.name, "b");
  assert.deepEqual(asked, ["a", "b"]);
  assert.equal(await identify(schemes, { token: "3" }), undefined);
});

test("a scope is a word of ours, with or without our name before it", () => {
  assert.equal(scopeOf("redspot:store"), "store");
  assert.equal(scopeOf("read"), "read");
  for (const word of ["redspot:write", "other:store", "STORE", "", "toString"]) assert.equal(scopeOf(word), undefined);
});

test("grants are names and what they may do, by commas or lines", () => {
  const grants = parseGrants("pacs.example.org=store, spiffe://x/viewer?a=b=read+admin\n# none\n");
  assert.deepEqual(
    [...grants],
    [
      ["pacs.example.org", new Set(["store"])],
      ["spiffe://x/viewer?a=b", new Set(["read", "admin"])],
    ],
  );
  for (const wrong of ["pacs", "pacs=", "=store", "pacs=write", "pacs=store+", "a=read,a=store"]) {
    assert.throws(() => parseGrants(wrong), RangeError, wrong);
  }
});
