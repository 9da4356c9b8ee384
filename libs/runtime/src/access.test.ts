import assert from "node:assert/strict";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { type FastifyInstance, fastify } from "fastify";
import { Access, type AccessOptions } from "./access.ts";
import { AccessError } from "./access-error.ts";
import { createLogger } from "./logger.ts";
import { parseStaticTokens, staticTokenEntry, staticTokenScheme } from "./static-tokens.ts";
import { Transport } from "./transport.ts";

const PACS = "the-token-of-the-pacs";
const OTHER = "the-token-of-another-pacs";
const ADMIN = "the-token-of-an-admin";
const KNOWN = [
  staticTokenEntry({ name: "pacs", scopes: ["store"] }, PACS),
  staticTokenEntry({ name: "other", scopes: ["store"] }, OTHER),
  staticTokenEntry({ name: "boss", scopes: ["admin"] }, ADMIN),
];
const open: FastifyInstance[] = [];
let logLines: string[] = [];

beforeEach(() => {
  logLines = [];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
  assert.doesNotMatch(logLines.join(), /token-of|guess-|sha256/, "nothing of a token is in the log");
});

function appWith(options: Partial<AccessOptions> = {}, tooManyStatus: 429 | 503 = 429): FastifyInstance {
  const logger = createLogger(
    { service: "test", level: "info" },
    { write: (line: string) => void logLines.push(line) },
  );
  const access = new Access({ schemes: [staticTokenScheme(parseStaticTokens(KNOWN.join()))], logger, ...options });
  const app = fastify();
  app.register(async (guarded) => {
    guarded.addHook("onRequest", access.guard("store", { tooManyStatus }));
    guarded.get("/", async () => "in");
    guarded.post("/", async () => "in");
  });
  access.addRoutes(app, Transport.clear);
  open.push(app);
  return app;
}

const ask = (app: FastifyInstance, token?: string, more: object = {}) =>
  app.inject({ url: "/", ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }), ...more });

describe("a request", () => {
  test("with a token that is known and may, in any case of the scheme, is let in", async () => {
    const app = appWith();
    assert.equal((await ask(app, PACS)).statusCode, 200);
    assert.equal((await app.inject({ url: "/", headers: { authorization: `bearer  ${PACS}` } })).statusCode, 200);
  });

  test("without credentials is asked for them", async () => {
    for (const authorization of [undefined, "Bearer", `Basic ${PACS}`, PACS]) {
      const reply = await appWith().inject({ url: "/", headers: authorization === undefined ? {} : { authorization } });
      assert.deepEqual([reply.statusCode, reply.json().code], [401, "UNAUTHORIZED"], authorization);
      assert.equal(reply.headers["www-authenticate"], 'Bearer realm="redspot"');
    }
  });

  test("with a token that is not known is told so", async () => {
    const reply = await ask(appWith(), "guess-1");
    assert.deepEqual([reply.statusCode, reply.json().code], [401, "UNAUTHORIZED"]);
    assert.match(String(reply.headers["www-authenticate"]), /error="invalid_token"/);
    assert.match(logLines.join(), /"code":"UNAUTHORIZED","address":"127.0.0.1"/);
  });

  test("with a token that may not is told what it lacks", async () => {
    const reply = await ask(appWith(), ADMIN);
    assert.deepEqual([reply.statusCode, reply.json().code], [403, "FORBIDDEN"]);
    assert.match(String(reply.headers["www-authenticate"]), /error="insufficient_scope", scope="redspot:store"/);
  });

  test("that is refused for its credentials is told to the audit trail; one without any, or whose issuer is away, is not", async () => {
    const refused: unknown[] = [];
    const app = appWith({ onRefused: (one) => refused.push(one), limits: { failuresPerMinute: 2 } });
    for (const token of [undefined, PACS, "guess-1", ADMIN, "guess-2", "guess-3"]) await ask(app, token);
    const address = "127.0.0.1";
    assert.deepEqual(refused, [
      { code: "UNAUTHORIZED", address },
      { code: "FORBIDDEN", address, by: "token:boss" },
      { code: "UNAUTHORIZED", address },
      { code: "TOO_MANY_FAILURES", address },
    ]);
  });

  test("that cannot be checked is answered as such, and not as wrong", async () => {
    const scheme = {
      identify: () => Promise.reject(new AccessError("ISSUER_AWAY", undefined, { "retry-after": "10" })),
      describe: () => ({}),
    };
    const app = appWith({ schemes: [scheme], limits: { failuresPerMinute: 1 } });
    for (let i = 0; i < 3; i += 1) {
      const reply = await ask(app, PACS);
      assert.deepEqual([reply.statusCode, reply.json().code, reply.headers["retry-after"]], [503, "ISSUER_AWAY", "10"]);
    }
  });

  test("to a service without credentials must be addressed to this machine", async () => {
    const app = appWith({ schemes: [] });
    for (const [host, status] of [
      ["localhost:8081", 200],
      ["127.0.0.1", 200],
      ["[::1]:8081", 200],
      ["rebound.example:8081", 403],
      ["localhost.example", 403],
      ["10.0.0.1", 403],
    ] as const) {
      assert.equal((await app.inject({ url: "/", headers: { host } })).statusCode, status, host);
    }
  });
});

describe("limits", () => {
  test("of requests are each identity's own, and end with the minute", async () => {
    mock.timers.enable({ apis: ["Date", "setTimeout"] });
    try {
      const app = appWith({ limits: { requestsPerMinute: 2 } });
      assert.deepEqual([(await ask(app, PACS)).statusCode, (await ask(app, PACS)).statusCode], [200, 200]);
      const refused = await ask(app, PACS);
      assert.deepEqual([refused.statusCode, refused.json().code], [429, "TOO_MANY_REQUESTS"]);
      assert.equal(refused.headers["retry-after"], "60");
      assert.equal((await ask(app, OTHER)).statusCode, 200);
      mock.timers.tick(60_000);
      assert.equal((await ask(app, PACS)).statusCode, 200);
    } finally {
      mock.timers.reset();
    }
  });

  test("are told by the status that the service's senders understand", async () => {
    const app = appWith({ limits: { requestsPerMinute: 1 } }, 503);
    await ask(app, PACS);
    const refused = await ask(app, PACS);
    assert.deepEqual([refused.statusCode, refused.json().code], [503, "TOO_MANY_REQUESTS"]);
  });

  test("of bytes count what a connection has brought", async () => {
    const app = appWith({ limits: { bytesPerMinute: 3000 } });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as AddressInfo;
    const statuses: string[] = [];
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (data) => statuses.push(...(String(data).match(/(?<=HTTP\/1.1 )\d+/g) ?? [])));
    const body = JSON.stringify("x".repeat(1000));
    const head = `POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${PACS}\r\ncontent-type: application/json\r\n`;
    for (let sent = 1; sent <= 4; sent += 1) {
      socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
      while (statuses.length < sent) await new Promise((resolve) => socket.once("data", resolve));
    }
    socket.destroy();
    assert.deepEqual(statuses, ["200", "200", "200", "429"]);
    assert.equal((await ask(app, OTHER)).statusCode, 200);
  });

  test("of wrong tokens are an address's own; who was let in from there before goes on", async () => {
    mock.timers.enable({ apis: ["Date", "setTimeout"] });
    try {
      const app = appWith({ limits: { failuresPerMinute: 3 } });
      const from = (remoteAddress: string, token?: string) => ask(app, token, { remoteAddress });
      assert.equal((await from("10.0.0.1", PACS)).statusCode, 200);
      for (let i = 0; i < 3; i += 1) assert.equal((await from("10.0.0.1", `guess-${i}`)).statusCode, 401);
      const refused = await from("10.0.0.1", "guess-4");
      assert.deepEqual([refused.statusCode, refused.json().code], [429, "TOO_MANY_FAILURES"]);
      assert.equal(refused.headers["retry-after"], "60");
      assert.equal((await from("10.0.0.1", OTHER)).statusCode, 429, "a right guess is not told from a wrong one");
      assert.equal((await from("10.0.0.1", PACS)).statusCode, 200);
      assert.equal((await from("10.0.0.1")).statusCode, 401, "to ask which credentials are wanted is no guess");
      assert.equal((await from("10.0.0.2", OTHER)).statusCode, 200);
      mock.timers.tick(60_000);
      assert.equal((await from("10.0.0.1", OTHER)).statusCode, 200);
      assert.equal(logLines.filter((line) => /too many wrong tokens/.test(line)).length, 1);
      assert.equal(logLines.filter((line) => /TOO_MANY_FAILURES/.test(line)).length, 0);
    } finally {
      mock.timers.reset();
    }
  });
});

test("an administrator sees how the service is protected, without anything secret", async () => {
  const app = appWith();
  const askFor = (token: string) => app.inject({ url: "/admin/access", headers: { authorization: `Bearer ${token}` } });
  assert.equal((await askFor(PACS)).statusCode, 403);
  const reply = await askFor(ADMIN);
  assert.deepEqual(reply.json(), {
    schemes: [
      {
        scheme: "token",
        tokens: [
          { name: "pacs", scopes: ["store"] },
          { name: "other", scopes: ["store"] },
          { name: "boss", scopes: ["admin"] },
        ],
      },
    ],
    transport: { tls: null, trustedProxies: [] },
  });
});
