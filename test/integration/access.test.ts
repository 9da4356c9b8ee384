import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { deriveUid } from "@redspot/dicom";
import { staticTokenEntry } from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import {
  type CertificateAuthority,
  type ChildProgram,
  certificateAuthority,
  freePort,
  type RunningRedis,
  startOrthanc,
  startProgram,
  startRedis,
  storeByDimse,
  waitUntil,
  workFolder,
} from "@redspot/testbed";
import { smallImage } from "./small-image.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const main = (service: string) => join(repository, "services", service, "src", "main.ts");
const folder = workFolder("access");
const file = (name: string, content?: string) => {
  const path = join(folder.path, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
};
const SENDER = "a-token-that-may-only-store";
const ADMIN = "a-token-that-may-only-look";
const PATIENT = "SECRET^PATIENT";

let redis: RunningRedis;
let authority: CertificateAuthority;
let stow: ChildProgram;
let port: number;
let environment: Record<string, string>;

before(async () => {
  [redis, authority, port] = await Promise.all([startRedis(), certificateAuthority("hospital"), freePort()]);
  const own = await authority.issue({ commonName: "stow", names: [{ type: "ip", value: "127.0.0.1" }] });
  const pacs = await authority.issue({ commonName: "pacs.example.org" });
  const entries = [
    staticTokenEntry({ name: "pacs", scopes: ["store"] }, SENDER),
    staticTokenEntry({ name: "it-operations", scopes: ["admin"] }, ADMIN),
  ];
  file("pacs.crt", pacs.certificate);
  file("pacs.key", pacs.key);
  environment = {
    REDSPOT_REDIS_URL: redis.url,
    REDSPOT_SPOOL_DIR: join(folder.path, "spool"),
    REDSPOT_PORT: `${port}`,
    REDSPOT_ADMIN_PORT: "0",
    REDSPOT_SETTLE_SECONDS: "3600",
    REDSPOT_LOG_LEVEL: "trace",
    REDSPOT_TOKENS_FILE: file("tokens", `# who may what\n${entries.join("\n")}\n`),
    REDSPOT_TLS_CERTIFICATE: file("tls.crt", own.certificate),
    REDSPOT_TLS_KEY: file("tls.key", own.key),
    REDSPOT_TLS_CLIENT_CA: file("ca.crt", authority.certificate),
    REDSPOT_TLS_CLIENTS: "pacs.example.org=store",
  };
  stow = await startProgram({
    name: "services/stow",
    command: process.execPath,
    args: [main("stow")],
    env: environment,
    logFile: file("stow.log"),
  });
  await waitUntil(async () => (await ask({ path: "/health/ready" })).status === 200, {
    what: "stow is ready",
    programs: [stow],
  });
});

after(async () => {
  await stow.stop();
  await redis.stop();
  folder.remove();
});

async function ask(options: RequestOptions, body?: Uint8Array) {
  const whole = { host: "127.0.0.1", port, ca: authority.certificate, agent: false as const, ...options };
  const outgoing = request(whole).end(body);
  const [response] = await once(outgoing, "response");
  return { status: response.statusCode as number, body: await text(response) };
}

const instance = (study: string) => smallImage(study, "1", { PatientID: PATIENT, PatientName: PATIENT });

const spooled = async (study: string) => (await FileSpool.open(join(folder.path, "spool"))).list(deriveUid(study));

function store(study: string, options: RequestOptions) {
  const head = "--b\r\nContent-Type: application/dicom\r\n\r\n";
  const body = Buffer.concat([Buffer.from(head), instance(study), Buffer.from("\r\n--b--\r\n")]);
  const headers = {
    "content-type": "multipart/related; type=application/dicom; boundary=b",
    accept: "application/dicom+json",
    ...options.headers,
  };
  return ask({ method: "POST", path: "/studies", ...options, headers }, body);
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe("the Store service over TLS", () => {
  test("takes an instance of a known token or certificate, and of nobody else", async () => {
    const client = { cert: readFileSync(file("pacs.crt")), key: readFileSync(file("pacs.key")) };
    assert.equal((await store("by token", bearer(SENDER))).status, 200);
    assert.equal((await store("by certificate", client)).status, 200);
    for (const [options, status] of [
      [{}, 401],
      [bearer("a-guess-at-a-token"), 401],
      [bearer(ADMIN), 403],
    ] as const) {
      assert.equal((await store("refused", options)).status, status);
    }
    assert.deepEqual(await spooled("by token"), [deriveUid("by token", "1")]);
    assert.deepEqual(await spooled("by certificate"), [deriveUid("by certificate", "1")]);
    assert.deepEqual(await spooled("refused"), []);
  });

  test("shows an administrator how it is protected", async () => {
    const { status, body } = await ask({ path: "/admin/access", ...bearer(ADMIN) });
    const { schemes, transport } = JSON.parse(body);
    assert.equal(status, 200);
    assert.deepEqual(
      schemes.map(({ scheme }: { scheme: string }) => scheme),
      ["certificate", "token"],
    );
    assert.equal(transport.tls.clientCertificates, true);
  });

  test("is pushed to by a PACS that shows its certificate", async () => {
    const orthanc = await startOrthanc({
      by: "program",
      forwardTo: {
        url: `https://127.0.0.1:${port}`,
        tls: { authority: file("ca.crt"), certificate: file("pacs.crt"), key: file("pacs.key") },
      },
    });
    try {
      writeFileSync(file("pushed.dcm"), instance("pushed"));
      await storeByDimse([file("pushed.dcm")], orthanc.dimse);
      await waitUntil(async () => (await spooled("pushed")).length === 1, { what: "the push", programs: [stow] });
    } finally {
      await orthanc.stop();
    }
  });

  test("is healthy to the image's own check", async () => {
    const [, check = ""] = /^ {4}CMD (\[.*\])$/m.exec(readFileSync(join(repository, "Dockerfile"), "utf8")) ?? [];
    const [, ...options] = JSON.parse(check) as string[];
    const run = promisify(execFile);
    await run(process.execPath, options, { env: environment });
    await assert.rejects(run(process.execPath, options, { env: { ...environment, REDSPOT_PORT: "1" } }), { code: 1 });
  });

  test("has noted who did what, and nothing of a token, a key or a patient", () => {
    const log = stow.tail(10_000);
    for (const name of ["token:pacs", "certificate:pacs.example.org"]) assert.match(log, new RegExp(`"by":"${name}"`));
    assert.match(log, /"code":"UNAUTHORIZED","address":"127\.0\.0\.1"/);
    assert.match(log, /"code":"FORBIDDEN"/);
    assert.doesNotMatch(log, /SECRET|a-token-|a-guess-|sha256-|Bearer [^"]|BEGIN/);
  });
});

describe("a service that is not safe to start", () => {
  for (const service of ["stow", "inference", "worklist"]) {
    test(`${service} does not, and says why without repeating a secret`, () => {
      const env: Record<string, string> = {
        ...environment,
        REDSPOT_PACS_URL: "http://127.0.0.1:1/dicom-web",
        REDSPOT_TOKENS_FILE: "",
      };
      const { REDSPOT_TLS_CLIENTS: _, ...withoutClients } = env;
      const bare = { REDSPOT_REDIS_URL: redis.url, REDSPOT_SPOOL_DIR: environment.REDSPOT_SPOOL_DIR };
      const cases = [
        [{ ...env, REDSPOT_TOKENS: "a-token-in-clear-of-before" }, /REDSPOT_TOKENS: entry 1 is not .*npm run token/],
        [withoutClients, /REDSPOT_TLS_CLIENT_CA: is set, and REDSPOT_TLS_CLIENTS is not/],
        [{ ...env, REDSPOT_TLS_KEY: file("pacs.key") }, /REDSPOT_TLS_KEY.*mismatch/],
        [{ ...env, REDSPOT_TOKENS_FILE: "/none" }, /REDSPOT_TOKENS_FILE: \/none cannot be read/],
        [{ ...env, REDSPOT_TLS_KEY: "" }, /REDSPOT_TLS_CERTIFICATE: is set, and REDSPOT_TLS_KEY is not/],
        [{ ...env, REDSPOT_OIDC_ISSUER: "http://login.example.org" }, /REDSPOT_OIDC_ISSUER: it must be https/],
        [{ ...env, REDSPOT_OIDC_ISSUER: "https://login.example.org" }, /and REDSPOT_OIDC_AUDIENCE/],
        [{ ...env, REDSPOT_OIDC_ALGORITHMS: "HS256" }, /REDSPOT_OIDC_ALGORITHMS/],
        [{ ...env, REDSPOT_TRUSTED_PROXIES: "ingress" }, /REDSPOT_TRUSTED_PROXIES: ingress is no address/],
        [{ ...bare, REDSPOT_HOST: "0.0.0.0" }, /no credentials are configured/],
      ] as const;
      // The variables are common to all: one service shows each, the others that they look at them.
      for (const [given, problem] of service === "stow" ? cases : cases.slice(0, 3)) {
        const { status, stderr, stdout } = spawnSync(process.execPath, [main(service)], {
          env: given,
          encoding: "utf8",
        });
        assert.equal(status, 2, `${problem} ${stderr} ${stdout}`);
        assert.match(stderr, problem);
        assert.doesNotMatch(stderr + stdout, /a-token-in-clear|BEGIN/);
      }
    });
  }
});
