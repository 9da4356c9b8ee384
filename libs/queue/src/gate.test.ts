import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "./gate.ts";

/** Work that is inside until it is told to leave. */
function visitor(gate: Gate, name: string, log: string[], alone = false) {
  const leave = Promise.withResolvers<void>();
  const done = gate.pass(alone, async () => {
    log.push(`+${name}`);
    await leave.promise;
    log.push(`-${name}`);
  });
  return { leave: leave.resolve, done };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("many are inside together; one that wants to be alone waits for them, and others wait for it", async () => {
  const gate = new Gate();
  const log: string[] = [];
  const [a, b] = [visitor(gate, "a", log), visitor(gate, "b", log)];
  const alone = visitor(gate, "alone", log, true);
  const late = visitor(gate, "late", log);
  await turn();
  assert.deepEqual(log.splice(0), ["+a", "+b"]);
  a.leave();
  await turn();
  assert.deepEqual(log.splice(0), ["-a"]);
  b.leave();
  await turn();
  assert.deepEqual(log.splice(0), ["-b", "+alone"]);
  alone.leave();
  late.leave();
  await Promise.all([alone.done, late.done]);
  assert.deepEqual(log, ["-alone", "+late", "-late"]);
});

test("two that want to be alone are so one after the other, and an error lets the next one in", async () => {
  const gate = new Gate();
  const first = gate.pass(true, () => Promise.reject(new Error("inside")));
  const log: string[] = [];
  const second = visitor(gate, "second", log, true);
  await assert.rejects(first, /inside/);
  second.leave();
  await second.done;
  assert.deepEqual(log, ["+second", "-second"]);
});
