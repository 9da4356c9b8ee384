import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { sampleOf } from "./process-watch.ts";

test("a process's memory, files and sockets are seen", async () => {
  const before = sampleOf(process.pid, 0)!;
  const file = openSync(import.meta.filename, "r");
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const after = sampleOf(process.pid, 0)!;
  closeSync(file);
  server.close();
  assert.ok(before.residentMb > 10 && before.residentMb < 2000, String(before.residentMb));
  assert.ok(after.openFiles >= before.openFiles + 2, `${before.openFiles} and ${after.openFiles}`);
  assert.equal(after.sockets, before.sockets + 1);
});

test("of a process that has ended there is nothing to see", () => {
  assert.equal(sampleOf(2 ** 22 + 1, 0), undefined);
});
