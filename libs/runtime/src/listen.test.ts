import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fastify } from "fastify";
import { listen } from "./listen.ts";
import { Transport } from "./transport.ts";

function how(isConfigured: boolean, isProtected = false) {
  const warnings: string[] = [];
  const logger = { warn: (message: unknown) => void warnings.push(String(message)) };
  return { warnings, access: { isConfigured }, transport: { isProtected, follow: () => undefined }, logger };
}

test("without credentials it serves this machine only, and says so", async () => {
  const app = fastify();
  const { warnings, ...open } = how(false);
  await assert.rejects(listen(app, { host: "0.0.0.0", port: 0, ...open }), {
    code: "CONFIG_INVALID",
    message: /no credentials are configured.*REDSPOT_TOKENS, REDSPOT_OIDC_ISSUER or REDSPOT_TLS_CLIENTS/,
  });
  assert.match(await listen(app, { host: "127.0.0.1", port: 0, ...open }), /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.match(warnings.join(), /serving this machine only/);
  await app.close();
});

test("serving other machines in clear is warned of", async () => {
  for (const [host, isProtected, warned] of [
    ["0.0.0.0", false, true],
    ["0.0.0.0", true, false],
    ["127.0.0.1", false, false],
  ] as const) {
    const app = fastify();
    const { warnings, ...known } = how(true, isProtected);
    await listen(app, { host, port: 0, ...known });
    assert.equal(/without TLS/.test(warnings.join()), warned, host);
    await app.close();
  }
});

test("a port in use is named, with the way out", async () => {
  const [first, second] = [fastify(), fastify()];
  const { warnings: _, ...open } = { ...how(false), transport: Transport.clear };
  await listen(first, { host: "127.0.0.1", port: 0, ...open });
  const { port } = first.server.address() as AddressInfo;
  await assert.rejects(listen(second, { host: "127.0.0.1", port, ...open }), {
    message: new RegExp(`port ${port} .* in use.*REDSPOT_PORT`),
  });
  await first.close();
});

test("a port that all of its processes share is served by each of them, and by nobody else", async () => {
  const [first, second, stranger] = [fastify(), fastify(), fastify()];
  const { warnings: _, ...open } = { ...how(false), transport: Transport.clear };
  first.get("/", async () => "first");
  second.get("/", async () => "second");
  const url = await listen(first, { host: "127.0.0.1", port: 0, sharePort: true, ...open });
  const { port } = first.server.address() as AddressInfo;
  await listen(second, { host: "127.0.0.1", port, sharePort: true, ...open });
  // By chance one of them could get a whole series, once in 2^99 times.
  const ask = async () => (await fetch(url, { headers: { connection: "close" } })).text();
  const answers = new Set<string>();
  for (let count = 0; count < 100 && answers.size < 2; count += 1) answers.add(await ask());
  assert.deepEqual([...answers].sort(), ["first", "second"]);
  await assert.rejects(listen(stranger, { host: "127.0.0.1", port, ...open }), {
    message: /in use\. Set REDSPOT_PORT/,
  });
  await first.close();
  for (let count = 0; count < 20; count += 1) assert.equal(await ask(), "second");
  await second.close();

  await listen(stranger, { host: "127.0.0.1", port, ...open });
  const late = fastify();
  await assert.rejects(listen(late, { host: "127.0.0.1", port, sharePort: true, ...open }), {
    message: new RegExp(`port ${port} .* in use by a process that does not share it`),
  });
  await stranger.close();
});
