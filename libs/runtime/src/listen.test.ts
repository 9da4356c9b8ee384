import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fastify } from "fastify";
import { listen } from "./listen.ts";

test("without tokens it serves this machine only", async () => {
  const app = fastify();
  await assert.rejects(listen(app, { host: "0.0.0.0", port: 0, tokens: [] }), {
    code: "CONFIG_INVALID",
    message: /REDSPOT_TOKENS is empty/,
  });
  assert.match(await listen(app, { host: "127.0.0.1", port: 0, tokens: [] }), /^http:\/\/127\.0\.0\.1:\d+$/);
  await app.close();
});

test("a port in use is named, with the way out", async () => {
  const first = fastify();
  const second = fastify();
  await listen(first, { host: "127.0.0.1", port: 0, tokens: [] });
  const { port } = first.server.address() as AddressInfo;
  await assert.rejects(listen(second, { host: "127.0.0.1", port, tokens: [] }), {
    message: new RegExp(`port ${port} .* in use.*REDSPOT_PORT`),
  });
  await first.close();
});
