import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type CertificateAndKey, certificateAuthority, workFolder } from "@redspot/testbed";
import { certificateChecks } from "./certificate-checks.ts";

const DAY_MS = 24 * 3600_000;
const folder = workFolder("certificates");
after(() => folder.remove());

const file = (name: string, text: string): string => {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
};
const issuing = await certificateAuthority("Test authority");
const lasting = (days: number) =>
  issuing.issue({
    commonName: "redspot.example.org",
    names: [{ type: "ip", value: "127.0.0.1" }],
    notBefore: new Date(Date.now() - 400 * DAY_MS),
    notAfter: new Date(Date.now() + days * DAY_MS + 60_000),
  });

/** What is said of the services' own, of the authority of their clients, and of the PACS's. */
async function observe(given: {
  own?: CertificateAndKey;
  key?: string;
  clientCA?: string;
  pacsUrl?: string;
  now?: Date;
}) {
  const { own, key = own?.key, clientCA, pacsUrl = "http://pacs.example.org/dicom-web", now = new Date() } = given;
  const checks = certificateChecks({
    certificate: own && file("tls.crt", own.certificate),
    key: key === undefined ? undefined : file("tls.key", key),
    clientCA: clientCA === undefined ? undefined : file("ca.crt", clientCA),
    pacsUrl,
    now: () => now,
  });
  const [service, authority, pacs] = await Promise.all(checks.map(({ look }) => look()));
  return { service: service!, authority: authority!, pacs: pacs! };
}

describe("the services' certificate", () => {
  for (const [days, state, found] of [
    [200, "fine", /good for 200 days/],
    [10, "doubtful", /ends in 10 day/],
    [-3, "wrong", /ended 3 day/],
  ] as const) {
    test(`that lasts ${days} days is ${state}`, async () => {
      const { service } = await observe({ own: await lasting(days) });
      assert.equal(service.state, state);
      assert.match(service.found, found);
    });
  }

  test("that is not good yet, that has another's key, and that is none, are found", async () => {
    const own = await lasting(200);
    assert.match((await observe({ own, now: new Date(Date.now() - 500 * DAY_MS) })).service.found, /not good yet/);
    assert.match((await observe({ own, key: (await lasting(200)).key })).service.found, /its key is that of another/);
    assert.match((await observe({ own: { ...own, certificate: "none" } })).service.found, /holds no certificate/);
    const [missing] = certificateChecks({ certificate: "/none/such", pacsUrl: "http://a", now: () => new Date() });
    assert.match((await missing!.look()).found, /\/none\/such cannot be read \(ENOENT\)/);
  });
});

test("of several authorities of clients the one that ends first counts", async () => {
  const [long, short] = [await lasting(300), await lasting(5)];
  const { authority } = await observe({ clientCA: long.certificate + short.certificate });
  assert.equal(authority.state, "doubtful");
  assert.match(authority.found, /ends in 5 day/);
  assert.equal((await observe({})).authority.state, "not checked");
});

describe("the PACS's certificate", () => {
  async function pacsWith({ certificate, key }: CertificateAndKey) {
    const server = createServer({ cert: certificate, key }, (_request, response) => response.end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      return (await observe({ pacsUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web` })).pacs;
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }

  test("that this machine does not trust is found, and what to do", async () => {
    const pacs = await pacsWith(await lasting(200));
    assert.equal(pacs.state, "wrong");
    assert.match(pacs.found, /not trusted/);
    assert.match(pacs.advice ?? "", /NODE_EXTRA_CA_CERTS/);
  });

  test("that has ended is found", async () => {
    assert.equal((await pacsWith(await lasting(-1))).state, "wrong");
  });

  test("is not asked for without TLS", async () => {
    assert.equal((await observe({})).pacs.state, "not checked");
  });
});
