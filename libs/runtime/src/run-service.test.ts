import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";

const MODULE = JSON.stringify(new URL("./index.ts", import.meta.url).href);

/** Runs a service whose `start` is the given code, in a process of its own, since it ends with signals. */
function service(start: string, environment: Record<string, string> = {}) {
  const source = `
    import { commonVariables, ConfigError, runService } from ${MODULE};
    const fixture = { name: "fixture", about: "is run by a test", variables: commonVariables, metrics: {} };
    await runService(fixture, process, async ({ closers }) => { ${start} });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { REDSPOT_SPOOL_DIR: "spool", ...environment },
  });
  return { child, output: text(child.stdout), errors: text(child.stderr), ended: once(child, "exit") };
}

test("a signal closes what was opened, last first, and ends with 0", async () => {
  const { child, output, ended } = service(`
    closers.push(async () => console.log("closed first"));
    closers.push(async () => { console.log("closed second"); });
    setInterval(() => {}, 1000);
    setImmediate(() => process.kill(process.pid, "SIGTERM"));`);
  const [status] = await ended;
  assert.equal(status, 0);
  assert.match(await output, /closed second.*closed first/s);
  assert.equal(child.signalCode, null);
});

test("a mistake of the configuration ends with 2 and says what it is", async () => {
  const { errors, output, ended } = service(`
    closers.push(async () => console.log("closed"));
    throw new ConfigError("REDSPOT_PORT is wrong");`);
  assert.equal((await ended)[0], 2);
  assert.match(await errors, /REDSPOT_PORT is wrong/);
  assert.match(await output, /closed/);
});

test("a wrong level of the log is one of all mistakes", async () => {
  const { errors, ended } = service("", { REDSPOT_LOG_LEVEL: "loud", REDSPOT_REDIS_URL: "nowhere" });
  assert.equal((await ended)[0], 2);
  assert.match(await errors, /2 mistake\(s\)[\s\S]*REDSPOT_REDIS_URL[\s\S]*REDSPOT_LOG_LEVEL/);
});

test("another failure to start is logged and ends with 1", async () => {
  const { output, ended } = service(`throw new Error("no model package");`);
  assert.equal((await ended)[0], 1);
  assert.match(await output, /"message":"no model package"/);
});

test("what fails to close does not keep the rest open", async () => {
  const { output, ended } = service(`
    closers.push(async () => console.log("closed first"));
    closers.push(async () => { throw new Error("stuck"); });
    process.kill(process.pid, "SIGTERM"); await new Promise(() => setInterval(() => {}, 1000));`);
  await ended;
  assert.match(await output, /could not close in order.*closed first/s);
});
