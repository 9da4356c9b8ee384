import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseStaticTokens, staticTokenScheme } from "./static-tokens.ts";

const program = fileURLToPath(new URL("./make-token.ts", import.meta.url));
const run = (...options: string[]) => spawnSync(process.execPath, [program, ...options], { encoding: "utf8" });

test("a token and its entry belong together", async () => {
  const { status, stdout } = run("--name", "pacs", "--scope", "store", "--scope", "redspot:read");
  assert.equal(status, 0);
  const { token, entry } = /^token {3}(?<token>\S+)\nentry {3}(?<entry>\S+)\n$/.exec(stdout)?.groups ?? {};
  assert.ok(token && entry && !entry.includes(token));
  const identity = await staticTokenScheme(parseStaticTokens(entry)).identify({ token });
  assert.deepEqual(identity, { name: "token:pacs", scopes: new Set(["store", "read"]) });
});

test("what is missing or wrong is told, with how it goes", () => {
  for (const [options, problem] of [
    [[], /--name is missing/],
    [["--name", "two words", "--scope", "store"], /--name/],
    [["--name", "pacs"], /--scope is missing/],
    [["--name", "pacs", "--scope", "write"], /write is none of store, read, work, admin/],
    [["--nonsense"], /nonsense/],
  ] as const) {
    const { status, stderr, stdout } = run(...options);
    assert.deepEqual([status, stdout], [2, ""], options.join(" "));
    assert.match(stderr, problem);
    assert.match(stderr, /npm run token -- --name NAME/);
  }
  assert.equal(run("--help").status, 0);
});
