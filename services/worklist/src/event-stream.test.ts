import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { EventStream } from "./event-stream.ts";

/** A response that keeps what was written to it; `highWaterMark` is what it takes before it asks to wait. */
function browser(highWaterMark = 1 << 16) {
  const stream = new PassThrough({ highWaterMark });
  const response = Object.assign(stream, { writeHead: () => response }) as unknown as ServerResponse;
  const received = () => {
    const chunk = stream.read() as Buffer | null;
    return (chunk?.toString() ?? "").split("\n").filter((line) => line.startsWith("event:")).length;
  };
  return { stream, response, received };
}

test("a browser is told of a change at once when it connects, then once for all changes that come together", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const events = new EventStream();
  const one = browser();
  events.connect(one.response, {});
  assert.equal(one.received(), 1);
  for (let count = 0; count < 50; count += 1) events.changed();
  assert.equal(one.received(), 0);
  context.mock.timers.tick(250);
  assert.equal(one.received(), 1);
  events.changed();
  context.mock.timers.tick(250);
  assert.equal(one.received(), 1);
  events.close();
});

test("a slow browser is told once it can take more, and only the last", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const events = new EventStream();
  const slow = browser(16);
  events.connect(slow.response, {});
  assert.equal(slow.response.writableNeedDrain, true);
  for (let count = 0; count < 3; count += 1) {
    events.changed();
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
  events.close();
  assert.equal(stays.stream.writableEnded, true);
});
