import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/reading-order.md"), "utf8");
const simulate = (options: string) =>
  execFileSync(process.execPath, [join(root, "services/simulation/src/main.ts"), ...options.split(" ")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

test("docs/reading-order.md: the table of the steady room, and that of the backlog, are what its command prints", () => {
  const [, options] = /^npm run simulate -- (--auc 0\.954 --weeks 13)$/m.exec(page) ?? [];
  assert.ok(options, "the command stands on the page");
  const [steady, backlog] = simulate(options).split("\n\n");
  for (const table of [steady, backlog]) assert.ok(table && page.includes(table), table);
});

test("docs/reading-order.md: its commands are ones that the simulation knows", () => {
  const commands = [...page.matchAll(/npm run simulate -- ([^\n`]+)/g)].map(([, options]) => options!);
  const known = simulate("--help");
  assert.ok(commands.length >= 5);
  for (const options of commands) {
    for (const [option] of options.matchAll(/--[a-z-]+/g)) assert.match(known, new RegExp(`${option}\\b`));
  }
});
