import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { startRedis } from "./redis.ts";

/** One command in the Redis protocol, and the first chunk of the answer. */
async function ask(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`${command}\r\n`);
  const [data] = await once(socket, "data");
  socket.destroy();
  return String(data);
}

test("Redis runs append-only and without eviction, each on a port of its own", async () => {
  const [one, other] = await Promise.all([startRedis(), startRedis()]);
  try {
    assert.notEqual(one.url, other.url);
    assert.match(await ask(one.url, "CONFIG GET appendonly"), /yes/);
    assert.match(await ask(one.url, "CONFIG GET maxmemory-policy"), /noeviction/);
    await ask(one.url, "SET study one");
    assert.match(await ask(one.url, "GET study"), /one/);
    assert.doesNotMatch(await ask(other.url, "GET study"), /one/);
  } finally {
    await Promise.all([one.stop(), other.stop()]);
  }
});
