import assert from "node:assert/strict";
import { test } from "node:test";
import { accessVariables, openAccess } from "./access-variables.ts";
import { readConfig } from "./config.ts";
import { createLogger } from "./logger.ts";
import { NO_LIMIT } from "./rate-limits.ts";

const logger = createLogger({ service: "test", level: "silent" });
const HASH = "0".repeat(64);
const open = async (environment: Record<string, string>) =>
  openAccess(readConfig(accessVariables, environment), { logger });

test("without anything set nobody can be told apart, and all is in clear", async () => {
  const { access, transport } = await open({});
  assert.deepEqual([access.isConfigured, transport.isProtected], [false, false]);
});

test("each scheme is there that is set up", async () => {
  const { access } = await open({
    REDSPOT_TOKENS: `pacs:store:sha256-${HASH}`,
    REDSPOT_OIDC_ISSUER: "https://login.example.org/realms/hospital",
    REDSPOT_OIDC_AUDIENCE: "redspot",
  });
  assert.deepEqual(
    access.schemes.map((scheme) => scheme.describe()),
    [
      { scheme: "token", tokens: [{ name: "pacs", scopes: ["store"] }] },
      {
        scheme: "oidc",
        issuer: "https://login.example.org/realms/hospital",
        audience: "redspot",
        algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
        keysFetchedAt: null,
      },
    ],
  );
});

test("what belongs together is set together", async () => {
  for (const [environment, problem] of [
    [{ REDSPOT_OIDC_ISSUER: "https://login.example.org" }, /OIDC_ISSUER: is set, and REDSPOT_OIDC_AUDIENCE is not/],
    [{ REDSPOT_OIDC_AUDIENCE: "redspot" }, /OIDC_AUDIENCE: is set, and REDSPOT_OIDC_ISSUER is not/],
    [{ REDSPOT_TLS_KEY: "tls.key" }, /TLS_KEY: is set, and REDSPOT_TLS_CERTIFICATE is not/],
    [
      { REDSPOT_TLS_CLIENT_CA: "ca.crt" },
      /CLIENT_CA: is set, and REDSPOT_TLS_CERTIFICATE is not[\s\S]*TLS_CLIENTS is not/,
    ],
    [{ REDSPOT_TLS_CLIENTS: "pacs=store" }, /TLS_CLIENTS: is set, and REDSPOT_TLS_CLIENT_CA is not/],
  ] as const) {
    await assert.rejects(open(environment), { code: "CONFIG_INVALID", message: problem });
  }
});

test("values are what they have to be", () => {
  const config = readConfig(accessVariables, {
    REDSPOT_TRUSTED_PROXIES: "10.0.0.0/8, ::1,fd00::/8",
    REDSPOT_OIDC_ALGORITHMS: "ES256",
    REDSPOT_OIDC_ISSUER: "https://login.example.org",
    REDSPOT_OIDC_AUDIENCE: "redspot",
    REDSPOT_REQUESTS_PER_MINUTE: "0",
  });
  assert.deepEqual(config.REDSPOT_TRUSTED_PROXIES, ["10.0.0.0/8", "::1", "fd00::/8"]);
  assert.deepEqual(config.REDSPOT_OIDC_ALGORITHMS, ["ES256"]);
  assert.equal(config.REDSPOT_REQUESTS_PER_MINUTE, NO_LIMIT);
  assert.equal(config.REDSPOT_FAILURES_PER_MINUTE, 20);
  for (const [name, value] of [
    ["REDSPOT_TRUSTED_PROXIES", "ingress.example.org"],
    ["REDSPOT_TRUSTED_PROXIES", "10.0.0.0/33"],
    ["REDSPOT_TRUSTED_PROXIES", "0.0.0.0/0"],
    ["REDSPOT_TRUSTED_PROXIES", "10.0.0.0/8/8"],
    ["REDSPOT_OIDC_ALGORITHMS", "HS256"],
    ["REDSPOT_OIDC_ALGORITHMS", "none"],
    ["REDSPOT_OIDC_ISSUER", "http://login.example.org"],
    ["REDSPOT_OIDC_ISSUER", "login.example.org"],
    ["REDSPOT_OIDC_SCOPES", "radiologists=write"],
    ["REDSPOT_TOKENS", "a-token-in-clear"],
    ["REDSPOT_REQUESTS_PER_MINUTE", "-1"],
  ] as const) {
    assert.throws(() => readConfig(accessVariables, { [name]: value }), { message: new RegExp(`  ${name}: `) }, value);
  }
  // An issuer on this machine, for trying out.
  const trial = { REDSPOT_OIDC_ISSUER: "http://127.0.0.1:8080", REDSPOT_OIDC_AUDIENCE: "redspot" };
  assert.ok(readConfig(accessVariables, trial).REDSPOT_OIDC_ISSUER);
});
