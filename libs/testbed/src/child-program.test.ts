import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { startProgram } from "./child-program.ts";
import { findProgram } from "./find-program.ts";
import { waitUntil } from "./wait-until.ts";
import { workFolder } from "./work-folder.ts";

const folder = workFolder("child-program-test");
const logFile = join(folder.path, "child.log");

/** A program that starts one of its own, prints the process ids of both, and waits. */
const family = [
  "-e",
  `const { spawn } = require("node:child_process");
   const grandchild = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
   console.log("pids", process.pid, grandchild.pid);
   setInterval(() => {}, 1000);`,
];

/** A program that starts a child by startProgram, prints the child's process id, and waits to be ended itself. */
const parentOfAnEndlessChild = `
  import { startProgram } from ${JSON.stringify(import.meta.resolve("./child-program.ts"))};
  const child = await startProgram({
    name: "endless",
    command: process.execPath,
    args: ["-e", "setInterval(() => {}, 1000)"],
    logFile: ${JSON.stringify(logFile)},
  });
  console.log(child.pid);
  setInterval(() => {}, 1000);
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("stop ends the program and whatever the program started", async () => {
  const program = await startProgram({ name: "family", command: process.execPath, args: family, logFile });
  const pids = await waitUntil(() => /pids (\d+) (\d+)/.exec(program.tail())?.slice(1).map(Number), {
    what: "both run",
    programs: [program],
  });
  assert.ok(pids.every(isAlive));
  await program.stop();
  assert.deepEqual(program.exit, { code: null, signal: "SIGTERM" });
  await waitUntil(() => !pids.some(isAlive), { what: "both have ended" });
});

test("waiting ends at once, with the last log lines, when the program ends by itself", async () => {
  const program = await startProgram({
    name: "short-lived",
    command: process.execPath,
    args: ["-e", "console.error('no such disk'); process.exit(3)"],
    logFile,
  });
  await assert.rejects(
    waitUntil(() => false, { what: "readiness", programs: [program] }),
    { code: "PROCESS_ENDED", message: /short-lived ended with status 3.*no such disk/s },
  );
});

test("a command that does not exist is MISSING_PROGRAM", async () => {
  const options = { name: "nothing", command: "/nonexistent/program", args: [], logFile };
  await assert.rejects(startProgram(options), { code: "MISSING_PROGRAM" });
  assert.throws(() => findProgram("no-such-program", "no-such-package"), { message: /no-such-package/ });
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const) {
  test(`children end with a parent that ${signal} ends`, { skip: process.platform !== "linux" }, async () => {
    const parent = spawn(process.execPath, ["--input-type=module", "-e", parentOfAnEndlessChild], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const child = await firstNumberOf(parent);
    assert.ok(isAlive(child));
    parent.kill(signal);
    await once(parent, "exit");
    await waitUntil(() => !isAlive(child), { what: "the child has ended" });
  });
}

async function firstNumberOf(parent: ChildProcess): Promise<number> {
  assert.ok(parent.stdout);
  for await (const line of createInterface(parent.stdout)) return Number(line);
  throw new Error("the program printed nothing");
}
