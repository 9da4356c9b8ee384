import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { freePort, startTraceCollector } from "@redspot/testbed";
import { tracesCheck } from "./traces-check.ts";

test("a collector that takes traces is sent none", async () => {
  const collector = await startTraceCollector();
  try {
    assert.equal((await tracesCheck(collector.url).look()).state, "fine");
    assert.deepEqual(collector.bodies, ['{"resourceSpans":[]}']);
  } finally {
    await collector.close();
  }
});

test("one that does not is told of, with what to do about it", async () => {
  // Answers with the status that is its path.
  const server = createServer((request, response) => response.writeHead(Number(request.url?.slice(1))).end("secret"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const here = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const [url, found, advice] of [
      [`http://${here}/404`, "it answers 404", /\/v1\/traces/],
      [`http://${here}/403`, "it answers 403", /OTEL_EXPORTER_OTLP_HEADERS/],
      [`http://${here}/400`, "it answers 400", /what the collector logs/],
      [`https://${here}/200`, "it does not answer (EPROTO)", /https or http/],
      [`http://127.0.0.1:${await freePort()}/`, "it does not answer (ECONNREFUSED)", /firewall/],
    ] as const) {
      const seen = await tracesCheck(url).look();
      assert.deepEqual([seen.state, seen.found], ["doubtful", found]);
      assert.match(seen.advice ?? "", advice);
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("none is told as such", async () => {
  assert.equal((await tracesCheck(undefined).look()).state, "not checked");
});
