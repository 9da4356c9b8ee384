import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { test } from "node:test";

/** How many threads serve the file system in a process that imports the module first. */
function threadsOf(env: Record<string, string>): number {
  const script = `
    import ${JSON.stringify(new URL("disk-threads.ts", import.meta.url).href)};
    import { readdirSync, readFileSync, promises } from "node:fs";
    await Promise.all(Array.from({ length: 20 }, () => promises.stat(".")));
    const names = readdirSync("/proc/self/task").map((task) => readFileSync("/proc/self/task/" + task + "/comm", "utf8"));
    console.log(names.filter((name) => name.startsWith("libuv-worker")).length);`;
  const args = ["--input-type=module", "--eval", script];
  return Number(execFileSync(process.execPath, args, { env, encoding: "utf8" }));
}

test("there are as many threads for the file system as processors, two at least and four at most", () => {
  assert.equal(threadsOf({}), Math.max(2, Math.min(availableParallelism(), 4)));
});

test("who has said how many keeps them", () => {
  assert.equal(threadsOf({ UV_THREADPOOL_SIZE: "3" }), 3);
});
