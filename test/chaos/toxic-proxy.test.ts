import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { startToxicProxy, type ToxicProxy } from "./toxic-proxy.ts";

let echo: Server;
let proxy: ToxicProxy;
const clients: Socket[] = [];

before(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  const { port } = echo.address() as { port: number };
  proxy = await startToxicProxy({ target: { host: "127.0.0.1", port }, seed: 1, name: "test" });
});

after(async () => {
  for (const client of clients) client.destroy();
  await proxy.close();
  echo.close();
});

/** A connection that gathers what comes back, and how it ended. */
async function client() {
  const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
  clients.push(socket);
  const seen = { bytes: Buffer.alloc(0), ended: false, error: undefined as string | undefined };
  socket.on("data", (chunk) => {
    seen.bytes = Buffer.concat([seen.bytes, chunk]);
  });
  socket.on("end", () => {
    seen.ended = true;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    seen.error = error.code;
  });
  await once(socket, "connect");
  return { socket, seen };
}

async function comesBack(of: Awaited<ReturnType<typeof client>>, text: string): Promise<void> {
  of.socket.write(text);
  while (!of.seen.bytes.toString("latin1").endsWith(text)) await once(of.socket, "data");
}

test("without a toxic everything comes through, both ways, to the end", async () => {
  const one = await client();
  const large = "x".repeat(1_000_000);
  await comesBack(one, large);
  one.socket.end();
  await once(one.socket, "end");
  assert.equal(one.seen.bytes.byteLength, large.length);
});

test("latency delays, and keeps the order", async () => {
  const one = await client();
  const heal = proxy.poison({ kind: "latency", ms: 20, jitterMs: 30 });
  for (let count = 0; count < 10; count += 1) await comesBack(one, String(count));
  heal();
  assert.equal(one.seen.bytes.toString(), "0123456789");
});

test("half open: nothing comes until it is over, and then what was held up", async () => {
  const one = await client();
  const heal = proxy.poison({ kind: "half-open", thereafter: "resume" });
  one.socket.write("held up");
  // Another one has gone all the way round by then, were it not for the toxic.
  const other = await client();
  other.socket.write("too");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(one.seen.bytes.byteLength + other.seen.bytes.byteLength, 0);
  heal();
  await Promise.all([comesBack(one, "!"), comesBack(other, "!")]);
  assert.equal(one.seen.bytes.toString(), "held up!");
});

test("half open and forgotten: the old connection stays dead, new ones live", async () => {
  const old = await client();
  await comesBack(old, "alive");
  const heal = proxy.poison({ kind: "half-open", thereafter: "forgotten" });
  old.socket.write("dead");
  await comesBack(await client(), "new");
  heal();
  await comesBack(await client(), "newer");
  assert.equal(old.seen.bytes.toString(), "alive");
  assert.equal(old.seen.ended, false);
});

test("reset: those that are there and those that come see RST", async () => {
  const old = await client();
  await comesBack(old, "alive");
  const heal = proxy.poison({ kind: "reset", withinBytes: 0 });
  const fresh = await client();
  for (const { socket } of [old, fresh]) {
    socket.write("x".repeat(100));
    if (!socket.destroyed) await new Promise((resolve) => socket.once("close", resolve));
  }
  heal();
  assert.deepEqual([old.seen.error, fresh.seen.error], ["ECONNRESET", "ECONNRESET"]);
});

test("truncation: the answer ends in the middle", async () => {
  const heal = proxy.poison({ kind: "truncation", direction: "response", withinBytes: 50 });
  const one = await client();
  one.socket.write("x".repeat(1000));
  await once(one.socket, "end");
  heal();
  assert.ok(one.seen.bytes.byteLength <= 50, String(one.seen.bytes.byteLength));
});

test("garbage: from some byte on it is noise, and then the end", async () => {
  const heal = proxy.poison({ kind: "garbage", direction: "response", withinBytes: 50 });
  const one = await client();
  one.socket.write("x".repeat(1000));
  await once(one.socket, "end");
  heal();
  assert.equal(one.seen.bytes.byteLength, 1000);
  assert.ok(one.seen.bytes.some((byte) => byte !== "x".charCodeAt(0)));
});
