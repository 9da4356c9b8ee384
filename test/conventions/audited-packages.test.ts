/** `npm run audit` against registries that answer as they do: without the service, without advisories, and with one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { auditPackages } from "@redspot/deploy";

const root = join(import.meta.dirname, "..", "..");

type Answer = (path: string, body: Record<string, string[]>) => { status: number; body: unknown };

/** A registry that is asked by npm itself. */
async function audited(answer: Answer) {
  const asked: string[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const raw = Buffer.concat(pieces);
    const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw).toString() : raw.toString();
    const path = decodeURIComponent(request.url ?? "");
    asked.push(path);
    const { status, body } = answer(path, text === "" ? {} : JSON.parse(text));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    return { outcome: await auditPackages(root, { registry: `http://127.0.0.1:${port}/` }), asked };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const BULK = "/-/npm/v1/security/advisories/bulk";

test("a registry without the service was not asked, which is no good answer and no failure", async () => {
  const { outcome } = await audited(() => ({ status: 405, body: {} }));
  assert.equal(outcome.state, "not asked");
  assert.match(outcome.found, /405/);
  assert.doesNotMatch(outcome.found, /127\.0\.0\.1/);
});

test("a registry that is away was not asked", async () => {
  const outcome = await auditPackages(root, { registry: "http://127.0.0.1:9/" });
  assert.equal(outcome.state, "not asked");
});

test("without advisories it is clean, and what is shipped was asked about", async () => {
  let names: string[] = [];
  const { outcome } = await audited((_path, body) => {
    names = Object.keys(body);
    return { status: 200, body: {} };
  });
  assert.equal(outcome.state, "clean", outcome.found);
  for (const name of ["fastify", "bullmq", "dcmjs"]) assert.ok(names.includes(name), name);
  assert.ok(!names.includes("playwright-core"), "what only the tests use does not ship");
});

for (const [severity, state] of [
  ["high", "vulnerable"],
  ["low", "clean"],
] as const) {
  test(`an advisory that is ${severity} makes it ${state}`, async () => {
    const { outcome } = await audited((path, body) => {
      if (path !== BULK) return { status: 404, body: {} };
      if (!body.fastify) return { status: 200, body: {} };
      const advisory = {
        // npm keeps what it has worked out about an advisory, by its number.
        id: severity === "high" ? 990_000_001 : 990_000_002,
        url: "https://example.org/advisory",
        title: "Planted",
        severity,
        vulnerable_versions: "<999.0.0",
        cwe: [],
        cvss: { score: 8, vectorString: null },
      };
      return { status: 200, body: { fastify: [advisory] } };
    });
    assert.equal(outcome.state, state, outcome.found);
    if (state === "vulnerable") assert.match(outcome.found, /^fastify .*: high, Planted \(https:\/\/example\.org/m);
  });
}
