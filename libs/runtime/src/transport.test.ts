import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, type RequestOptions, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { type ConnectionOptions, connect } from "node:tls";
import { type CertificateAndKey, type CertificateAuthority, certificateAuthority } from "@redspot/testbed";
import { type FastifyInstance, fastify } from "fastify";
import { Access } from "./access.ts";
import { clientCertificateScheme } from "./client-certificates.ts";
import { parseGrants } from "./identity.ts";
import { createLogger } from "./logger.ts";
import { parseStaticTokens, staticTokenEntry, staticTokenScheme } from "./static-tokens.ts";
import { Transport, type TransportOptions } from "./transport.ts";

const LOCALHOST = [
  { type: "dns", value: "localhost" },
  { type: "ip", value: "127.0.0.1" },
] as const;
const TOKEN = "a-token-of-some-length";
const CLIENTS = parseGrants("pacs.example.org=store,spiffe://example.org/gateway=store,Reading Room=read");

let folder: string;
let authority: CertificateAuthority;
let other: CertificateAuthority;
let files: { certificate: string; key: string; clientCA: string };
let own: CertificateAndKey;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "redspot-transport-"));
  files = { certificate: join(folder, "tls.crt"), key: join(folder, "tls.key"), clientCA: join(folder, "ca.crt") };
  [authority, other] = await Promise.all([certificateAuthority("hospital"), certificateAuthority("elsewhere")]);
  own = await authority.issue({ commonName: "stow", names: LOCALHOST });
  await writeFile(files.clientCA, authority.certificate);
});
after(() => rm(folder, { recursive: true }));

async function write({ certificate, key }: CertificateAndKey): Promise<void> {
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key);
}

/** A service over TLS. */
async function serve(run: (service: Service) => Promise<void>, more: Partial<TransportOptions> = {}): Promise<void> {
  await write(own);
  const lines: string[] = [];
  const logger = createLogger({ service: "test", level: "info" }, { write: (line: string) => void lines.push(line) });
  const transport = await Transport.open({ tls: files, trustedProxies: [], logger, ...more });
  const entry = staticTokenEntry({ name: "pacs", scopes: ["store"] }, TOKEN);
  const access = new Access({
    schemes: [clientCertificateScheme(CLIENTS), staticTokenScheme(parseStaticTokens(entry))],
    logger,
  });
  const app = fastify({ ...transport.serverOptions, forceCloseConnections: true });
  app.get("/health/live", async () => ({ status: "live" }));
  app.get("/", { onRequest: access.guard("store") }, async ({ ip, protocol }) => ({ ip, protocol }));
  await app.listen({ port: 0, host: "127.0.0.1" });
  try {
    await run({ app, transport, lines, port: (app.server.address() as AddressInfo).port });
  } finally {
    await app.close();
  }
  assert.doesNotMatch(lines.join(), /PRIVATE KEY|BEGIN|a-token-of/, "nothing of a key or token is in the log");
}

interface Service {
  app: FastifyInstance;
  transport: Transport;
  lines: string[];
  port: number;
}

async function ask(port: number, options: RequestOptions = {}) {
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const outgoing = request({ port, host: "127.0.0.1", ca: authority.certificate, agent, path: "/", ...options }).end();
  const [response] = await once(outgoing, "response");
  return { status: response.statusCode as number, body: (await json(response)) as Record<string, string> };
}

const bearer = { authorization: `Bearer ${TOKEN}` };
const asClient = ({ certificate, key }: CertificateAndKey) => ({ cert: certificate, key });

describe("TLS", () => {
  /** What was agreed on with a connection; nothing where none could be made. */
  async function shake(port: number, options: ConnectionOptions): Promise<string> {
    const socket = connect({ port, host: "127.0.0.1", ca: authority.certificate, ...options });
    const agreed = await once(socket, "secureConnect").then(
      () => `${socket.getProtocol()} ${socket.getCipher().name}`,
      () => "",
    );
    socket.destroy();
    return agreed;
  }

  for (const algorithm of ["ECDSA", "RSA"] as const) {
    test(`is that of BCP 195 with ${algorithm}: 1.2 and 1.3, forward secrecy and authenticated encryption only`, () =>
      serve(async ({ app, transport, port }) => {
        if (algorithm === "RSA") {
          await write(await authority.issue({ commonName: "stow", names: LOCALHOST, algorithm }));
          await transport.renew(app.server);
        }
        for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) {
          assert.match(await shake(port, { maxVersion }), new RegExp(`^${maxVersion} .*_?GCM`));
        }
        assert.match(await shake(port, { maxVersion: "TLSv1.2" }), new RegExp(`ECDHE-${algorithm}-`));
        for (const refused of [
          { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
          { maxVersion: "TLSv1.2", ciphers: `ECDHE-${algorithm}-AES128-SHA256` },
          { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" },
          { maxVersion: "TLSv1.2", ciphers: "DHE-RSA-AES128-GCM-SHA256" },
        ] as const) {
          assert.equal(await shake(port, refused), "", JSON.stringify(refused));
        }
      }));
  }

  test("takes a renewed certificate for new connections, and keeps those that are open", () =>
    serve(async ({ app, transport, lines, port }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.certificate });
      const first = await ask(port, { agent, headers: bearer });
      assert.equal(first.status, 200);
      const serials = async () => {
        const socket = connect({ port, host: "127.0.0.1", ca: authority.certificate });
        await once(socket, "secureConnect");
        const { serialNumber } = socket.getPeerCertificate();
        socket.destroy();
        return serialNumber;
      };
      const before = await serials();
      const renewed = await authority.issue({ commonName: "stow", names: LOCALHOST });

      await writeFile(files.certificate, renewed.certificate);
      await transport.renew(app.server);
      assert.equal(await serials(), before, "a certificate without its key is not taken");
      assert.match(lines.join(), /changed and cannot be used/);

      await writeFile(files.key, renewed.key);
      await transport.renew(app.server);
      assert.notEqual(await serials(), before);
      assert.match(lines.join(), /was renewed/);
      const client = asClient(await authority.issue({ commonName: "pacs.example.org" }));
      assert.equal((await ask(port, client)).status, 200, "client certificates are known as before");

      const again = { port, host: "127.0.0.1", ca: authority.certificate, agent, path: "/", headers: bearer };
      const outgoing = request(again).end();
      const [response] = await once(outgoing, "response");
      response.resume();
      assert.deepEqual([response.statusCode, outgoing.reusedSocket], [200, true]);
      agent.destroy();
    }));

  test("looks for a renewed certificate by itself, while the service is open", async (context) => {
    context.mock.timers.enable({ apis: ["setInterval"] });
    await serve(async ({ app, transport }) => {
      let looks = 0;
      transport.renew = async () => {
        looks += 1;
      };
      transport.follow(app.server);
      context.mock.timers.tick(60_000);
      assert.equal(looks, 2);
      await app.close();
      context.mock.timers.tick(60_000);
      assert.equal(looks, 2);
    });
  });

  test("files that cannot be read, or do not fit each other, are told of at the start", async () => {
    const missing = { ...files, key: join(folder, "none") };
    await assert.rejects(Transport.open({ tls: missing, trustedProxies: [] }), {
      code: "CONFIG_INVALID",
      message: /REDSPOT_TLS_KEY.*ENOENT/,
    });
    await write({ ...own, key: (await authority.issue({ commonName: "x" })).key });
    await assert.rejects(Transport.open({ tls: files, trustedProxies: [] }), {
      code: "CONFIG_INVALID",
      message: /REDSPOT_TLS_CERTIFICATE.*mismatch/,
    });
  });

  test("a certificate that has expired is told of", async () => {
    const lines: unknown[][] = [];
    const logger = { info: () => {}, warn: (...line: unknown[]) => void lines.push(line) };
    await write(await authority.issue({ commonName: "stow", notAfter: new Date(Date.now() - 1000) }));
    const transport = await Transport.open({ tls: files, trustedProxies: [], logger: logger as never });
    assert.match(JSON.stringify(lines), /has expired/);
    assert.match(JSON.stringify(transport.describe()), /"notAfter":"\d{4}-/);
  });
});

describe("a client certificate", () => {
  test("tells who it is, by any of its names that is listed", () =>
    serve(async ({ port }) => {
      for (const plan of [
        { commonName: "pacs.example.org" },
        { commonName: "x", names: [{ type: "dns", value: "pacs.example.org" } as const] },
        { commonName: "x", names: [{ type: "url", value: "spiffe://example.org/gateway" } as const] },
      ]) {
        const { status } = await ask(port, asClient(await authority.issue(plan)));
        assert.equal(status, 200, JSON.stringify(plan));
      }
    }));

  test("opens nothing that its name may not", () =>
    serve(async ({ port }) => {
      const { status } = await ask(port, asClient(await authority.issue({ commonName: "Reading Room" })));
      assert.equal(status, 403);
    }));

  test("of an unknown name, an unknown authority or another time is refused, with the reason", () =>
    serve(async ({ port }) => {
      const name = { commonName: "pacs.example.org" };
      const day = 24 * 3600_000;
      for (const [certificate, reason] of [
        [await authority.issue({ commonName: "somebody" }), /no name in the client certificate is listed/],
        [await other.issue(name), /not accepted \((UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT.*)\)/],
        [await authority.issue({ ...name, notAfter: new Date(Date.now() - 1000) }), /CERT_HAS_EXPIRED/],
        [await authority.issue({ ...name, notBefore: new Date(Date.now() + day / 2) }), /CERT_NOT_YET_VALID/],
        // A name that only looks like two.
        [
          await authority.issue({ commonName: "x", names: [{ type: "dns", value: "a, DNS:pacs.example.org" }] }),
          /no name in the client certificate is listed/,
        ],
      ] as const) {
        const { status, body } = await ask(port, asClient(certificate));
        assert.equal(status, 401);
        assert.match(String(body.message), reason);
      }
    }));

  test("is not demanded: a token does as well, and health checks need neither", () =>
    serve(async ({ port }) => {
      assert.equal((await ask(port, { headers: bearer })).status, 200);
      assert.equal((await ask(port)).status, 401);
      assert.equal((await ask(port, { path: "/health/live" })).status, 200);
      const stranger = asClient(await other.issue({ commonName: "pacs.example.org" }));
      assert.equal((await ask(port, { ...stranger, headers: bearer })).status, 200);
    }));

  test("is not looked at where no authority is configured", async () => {
    const tls = { certificate: files.certificate, key: files.key };
    const client = asClient(await authority.issue({ commonName: "pacs.example.org" }));
    await serve(async ({ port }) => assert.equal((await ask(port, client)).status, 401), { tls });
  });
});

test("X-Forwarded fields are believed of the proxies that are named, and of nobody else", async () => {
  for (const [trustedProxies, seen] of [
    [["127.0.0.0/8"], { ip: "10.1.2.3", protocol: "https" }],
    [["10.0.0.1"], { ip: "127.0.0.1", protocol: "http" }],
    [[], { ip: "127.0.0.1", protocol: "http" }],
  ] as const) {
    const app = fastify((await Transport.open({ trustedProxies })).serverOptions);
    app.get("/", async ({ ip, protocol }) => ({ ip, protocol }));
    const headers = { "x-forwarded-for": "10.1.2.3", "x-forwarded-proto": "https" };
    assert.deepEqual((await app.inject({ url: "/", headers, remoteAddress: "127.0.0.1" })).json(), seen);
    await app.close();
  }
});
