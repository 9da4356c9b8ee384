import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { EventStream } from "./event-stream.ts";

/** A response that keeps what was written to it; `highWaterMark` is what it takes before it asks to wait. */
function browser(highWaterMark = 1 << 16) {
  const stream = new PassThrough({ highWaterMark });
  const response = Object.assign(stream, {
    writeHead: () => response,
    removeHeader: () => {},
  }) as unknown as ServerResponse;
  const received = () => {
    const chunk = stream.read() as Buffer | null;
    const events = (chunk?.toString() ?? "").matchAll(/event: (\w+)\ndata: (.*)\n/g);
    return [...events].map(([, name, data]) => (name === "refresh" ? name : `${name} ${data}`));
  };
  return { stream, response, received };
}

test("a browser is told to refresh when it connects, then once of all studies that change together", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const events = new EventStream();
  const one = browser();
  events.connect(one.response, {});
  assert.deepEqual(one.received(), ["refresh"]);
  for (let count = 0; count < 50; count += 1) events.changed(`1.${count % 3}`);
  assert.deepEqual(one.received(), []);
  context.mock.timers.tick(250);
  assert.deepEqual(one.received(), ['change {"sequence":1,"studies":["1.0","1.1","1.2"]}']);
  events.changed("1.9");
  context.mock.timers.tick(250);
  assert.deepEqual(one.received(), ['change {"sequence":2,"studies":["1.9"]}']);
  events.close();
});

test("of many studies at a time, or when changes may have been missed, it is told to refresh", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const events = new EventStream();
  const one = browser();
  events.connect(one.response, {});
  one.received();
  for (let count = 0; count < 50; count += 1) events.changed(`1.${count}`);
  context.mock.timers.tick(250);
  assert.deepEqual(one.received(), ["refresh"]);
  events.changed("1.1");
  events.refresh();
  context.mock.timers.tick(250);
  assert.deepEqual(one.received(), ["refresh"]);
  events.changed("1.1");
  context.mock.timers.tick(250);
  assert.deepEqual(one.received(), ['change {"sequence":3,"studies":["1.1"]}'], "what was told is told no more");
  events.close();
});

test("a slow browser is told once it can take more, and only the last", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const events = new EventStream();
  const slow = browser(16);
  events.connect(slow.response, {});
  assert.equal(slow.response.writableNeedDrain, true);
  for (let count = 0; count < 3; count += 1) {
    events.changed("1.1");
    context.mock.timers.tick(250);
  }
  let text = "";
  const drained = new Promise<void>((resolve) => {
    slow.stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('"sequence":3')) resolve();
    });
  });
  await drained;
  assert.deepEqual(
    [...text.matchAll(/"sequence":(\d)/g)].map(([, sequence]) => sequence),
    ["0", "3"],
  );
  events.close();
});

test("a browser that left is forgotten; the rest are ended with the service", async () => {
  const events = new EventStream();
  const [left, stays] = [browser(), browser()];
  events.connect(left.response, {});
  events.connect(stays.response, {});
  assert.equal(events.connections, 2);
  const closed = new Promise((resolve) => left.stream.once("close", resolve));
  left.stream.destroy();
  await closed;
  assert.equal(events.connections, 1);
  events.connect(left.response, {});
  assert.equal(events.connections, 1, "nor is one kept that has left before it is told anything");
  events.close();
  assert.equal(stays.stream.writableEnded, true);
});
