import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { RequestFailure } from "./failures.ts";
import { Pace } from "./pace.ts";
import { RequestBody } from "./request-body.ts";

function bodyOf(request: Readable, mostBytes = 100): RequestBody {
  return new RequestBody(request as IncomingMessage, mostBytes, new Pace({ minBytesPerSecond: 0, windowMs: 1000 }));
}

const incoming = () => new Readable({ read() {} });

test("the sender is held up as soon as a chunk comes that nobody waits for, and goes on when one is asked for", async () => {
  const request = incoming();
  const body = bodyOf(request);
  request.push("a");
  await turn();
  request.push("b");
  await turn();
  assert.ok(request.isPaused());
  assert.equal(request.readableLength, 1, "the second chunk waits where it is");
  assert.equal(String(body.take()), "a");
  assert.equal(body.take(), undefined);
  assert.equal(body.ended, false);
  await body.more();
  assert.equal(String(body.take()), "b");
  request.push(null);
  await body.more();
  assert.equal(body.take(), undefined);
  assert.ok(body.ended);
});

test("what came before the sender broke off can be taken; then it is told", async () => {
  const request = incoming();
  const body = bodyOf(request);
  request.push("a");
  await turn();
  request.destroy(new Error("aborted"));
  await turn();
  assert.equal(String(body.take()), "a");
  assert.equal(body.ended, false);
  await assert.rejects(body.more(), /aborted/);
});

test("who waits when the sender breaks off is told at once", async () => {
  const request = incoming();
  const body = bodyOf(request);
  const waiting = body.more();
  request.destroy();
  await assert.rejects(waiting, { code: "ERR_STREAM_PREMATURE_CLOSE" });
});

test("no more is taken than may be, and a request that is let go of is left as it is", async () => {
  const request = incoming();
  const body = bodyOf(request, 3);
  request.push("abcd");
  await body.more();
  assert.throws(
    () => body.take(),
    (error) => error instanceof RequestFailure && error.code === "PAYLOAD_TOO_LARGE",
  );
  body.close();
  assert.equal(request.destroyed, false);
  assert.equal(request.listenerCount("data"), 0);
  request.destroy();
});
