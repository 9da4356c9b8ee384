import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, mock, test } from "node:test";
import {
  base64url,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { AccessError } from "./access-error.ts";
import { parseGrants } from "./identity.ts";
import { type OidcOptions, oidcScheme } from "./oidc.ts";
import { SIGNATURE_ALGORITHMS } from "./signature-algorithms.ts";

const AUDIENCE = "https://redspot.example.org";
const MINUTE = 60_000;

interface Key {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: JWK;
}

async function newKey(kid: string, alg = "RS256"): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** An issuer over HTTP, as far as OpenID Connect Discovery 1.0 goes: what it answers, and how often it was asked. */
const issuer = {
  url: "",
  keys: [] as Key[],
  discovery: {} as Record<string, unknown>,
  status: 200,
  asked: 0,
};
const server = createServer((request, response) => {
  const body =
    request.url === "/.well-known/openid-configuration"
      ? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys`, ...issuer.discovery }
      : { keys: issuer.keys.map(({ jwk }) => jwk) };
  if (request.url === "/keys") issuer.asked += 1;
  response.writeHead(issuer.status, { "content-type": "application/json", location: "https://elsewhere.example.org/" });
  response.end(JSON.stringify(body));
});
let first: Key;
let second: Key;

before(async () => {
  [first, second] = await Promise.all([newKey("first"), newKey("second")]);
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  Object.assign(issuer, { keys: [first], discovery: {}, status: 200, asked: 0 });
});

function scheme(more: Partial<OidcOptions> = {}) {
  return oidcScheme({
    issuer: issuer.url,
    audience: AUDIENCE,
    algorithms: ["RS256", "ES256", "EdDSA"],
    scopeClaim: "scope",
    grants: new Map(),
    ...more,
  });
}

const now = () => Math.floor(Date.now() / 1000);

/** A token such as the issuer gives out; a claim that is undefined is left out. */
async function token(claims: Record<string, unknown> = {}, key = first, header: object = {}): Promise<string> {
  const all = {
    iss: issuer.url,
    aud: AUDIENCE,
    sub: "4711",
    iat: now(),
    exp: now() + 300,
    scope: "openid redspot:store",
    ...claims,
  };
  return new SignJWT(all)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "at+jwt", ...header })
    .sign(key.privateKey);
}

/** The error with which a token is refused, and that nothing of the token is in it. */
async function refusal(given: string, of = scheme()): Promise<AccessError> {
  try {
    await of.identify({ token: given });
  } catch (error) {
    assert.ok(error instanceof AccessError, String(error));
    const told = `${error.message} ${JSON.stringify(error.headers)}`;
    for (const part of given.split(".")) assert.ok(part === "" || !told.includes(part), "the error repeats the token");
    assert.doesNotMatch(told, /4711/);
    return error;
  }
  assert.fail("it was let in");
}

describe("a token of the issuer", () => {
  test("tells who it is and what they may do", async () => {
    assert.deepEqual(await scheme().identify({ token: await token() }), {
      name: "oidc:4711",
      scopes: new Set(["store"]),
    });
    const client = await scheme().identify({
      token: await token({ client_id: "pacs", sub: "pacs", scope: "redspot:read store" }),
    });
    assert.deepEqual(client, { name: "oidc:pacs", scopes: new Set(["read", "store"]) });
    assert.deepEqual((await scheme().identify({ token: await token({ scope: undefined }) }))?.scopes, new Set());
  });

  test("names the person who has signed in, of many at one client, and a client only where it speaks for itself", async () => {
    const nameOf = async (claims: Record<string, unknown>) =>
      (await scheme().identify({ token: await token(claims) }))?.name;
    assert.equal(await nameOf({ azp: "reading-room", sub: "4711" }), "oidc:4711");
    assert.equal(await nameOf({ azp: "reading-room", sub: "4712" }), "oidc:4712");
    assert.equal(await nameOf({ client_id: "room", sub: "4711", preferred_username: "änne m" }), "oidc:_nne_m/4711");
    assert.equal(await nameOf({ client_id: "pacs", sub: undefined }), "oidc:pacs");
    assert.equal(await nameOf({ azp: "pacs", sub: "pacs@clients" }), "oidc:pacs");
    assert.equal(await nameOf({ azp: "Pacs", sub: "8f3a", preferred_username: "service-account-pacs" }), "oidc:Pacs");
    const long = await nameOf({ azp: "room", sub: "s".repeat(64), preferred_username: "u".repeat(200) });
    assert.equal(long, `oidc:${"u".repeat(48)}/${"s".repeat(64)}`, "what tells people apart is not cut off");
  });

  test("may be signed in any algorithm that is configured, and no other", async () => {
    for (const alg of ["ES256", "EdDSA", "PS256"]) issuer.keys.push(await newKey(alg, alg));
    for (const key of issuer.keys.slice(0, 3)) {
      assert.ok(await scheme().identify({ token: await token({}, key) }), key.alg);
    }
    assert.match((await refusal(await token({}, issuer.keys[3]))).message, /algorithm is not accepted/);
    assert.ok(await scheme({ algorithms: SIGNATURE_ALGORITHMS }).identify({ token: await token({}, issuer.keys[3]) }));
  });

  test("may be for several audiences, and from a clock that is half a minute off", async () => {
    assert.ok(await scheme().identify({ token: await token({ aud: ["other", AUDIENCE] }) }));
    assert.ok(await scheme().identify({ token: await token({ exp: now() - 20 }) }));
    assert.ok(await scheme().identify({ token: await token({ nbf: now() + 20 }) }));
  });

  test("has its scopes where the issuer puts them, in the issuer's words", async () => {
    const roles = scheme({
      scopeClaim: "realm_access.roles",
      grants: parseGrants("pacs-senders=store,heads=read+admin"),
    });
    const scopesOf = async (claims: Record<string, unknown>) =>
      (await roles.identify({ token: await token(claims) }))?.scopes;
    assert.deepEqual(await scopesOf({ realm_access: { roles: ["pacs-senders", "others"] } }), new Set(["store"]));
    assert.deepEqual(await scopesOf({ realm_access: { roles: ["heads"] } }), new Set(["read", "admin"]));
    assert.deepEqual(await scopesOf({ realm_access: { roles: ["redspot:store"] } }), new Set(), "its words only");
    for (const odd of [null, "pacs-senders", { roles: 7 }, { roles: [{ a: 1 }] }]) {
      assert.deepEqual(await scopesOf({ realm_access: odd }), new Set(), JSON.stringify(odd));
    }
    const named = scheme({ scopeClaim: "https://example.org/roles" });
    const claims = { "https://example.org/roles": ["redspot:read"] };
    assert.deepEqual((await named.identify({ token: await token(claims) }))?.scopes, new Set(["read"]));
  });

  test("is no other scheme's: what is no JWT is left to others", async () => {
    for (const other of [undefined, "", "a-static-token", "a.b", "a.b.c.d.e"]) {
      assert.equal(await scheme().identify({ token: other }), undefined);
    }
    assert.equal(issuer.asked, 0);
  });
});

describe("a token is refused", () => {
  const cases: Array<[string, () => Promise<string>, RegExp]> = [
    ["of another issuer", () => token({ iss: "https://elsewhere.example.org" }), /token's iss is not accepted/],
    ["without an issuer", () => token({ iss: undefined }), /token's iss is not accepted/],
    ["for another audience", () => token({ aud: "another-service" }), /token's aud is not accepted/],
    ["without an audience", () => token({ aud: undefined }), /token's aud is not accepted/],
    ["that has expired", () => token({ exp: now() - 31 }), /has expired/],
    ["that never expires", () => token({ exp: undefined }), /token's exp is not accepted/],
    ["of the future", () => token({ nbf: now() + 120 }), /token's nbf is not accepted/],
    ["signed with another's key", async () => token({}, { ...(await newKey("first")), kid: "first" }), /not valid/],
    ["of a key that is not published", () => token({}, second), /publishes no key/],
    [
      "that was changed",
      async () => {
        const [header, payload = "", signature] = (await token()).split(".");
        const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
        const changed = base64url.encode(JSON.stringify({ ...claims, scope: "redspot:admin" }));
        return [header, changed, signature].join(".");
      },
      /not valid/,
    ],
    [
      "without a signature (alg none)",
      async () =>
        new UnsecuredJWT({ scope: "redspot:store" })
          .setIssuer(issuer.url)
          .setAudience(AUDIENCE)
          .setExpirationTime("5m")
          .encode(),
      /algorithm is not accepted/,
    ],
    ["whose signature was taken off", async () => (await token()).replace(/[^.]+$/, ""), /not valid/],
    [
      "signed by HS256 with the public key",
      async () => {
        const secret = new TextEncoder().encode(await exportSPKI(first.publicKey));
        const claims = { iss: issuer.url, aud: AUDIENCE, sub: "4711", exp: now() + 300, scope: "redspot:store" };
        return new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "first" }).sign(secret);
      },
      /algorithm is not accepted/,
    ],
    [
      "that brings its own key",
      async () => {
        const own = await newKey("own");
        return token({}, own, { jwk: own.jwk, kid: undefined });
      },
      /not valid/,
    ],
    ["that is no JSON", async () => "bm9uc2Vuc2U.bm9uc2Vuc2U.bm9uc2Vuc2U", /not valid/],
  ];
  for (const [what, make, reason] of cases) {
    test(what, async () => {
      const error = await refusal(await make());
      assert.deepEqual([error.statusCode, error.code], [401, "UNAUTHORIZED"]);
      assert.match(error.message, reason);
      assert.match(String(error.headers["www-authenticate"]), /error="invalid_token"/);
    });
  }
});

describe("the issuer's keys", () => {
  test("are fetched with the first token, and again after ten minutes", async () => {
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      const of = scheme();
      assert.deepEqual(of.describe().keysFetchedAt, null);
      for (let i = 0; i < 3; i += 1) await of.identify({ token: await token() });
      assert.equal(issuer.asked, 1);
      assert.match(String(of.describe().keysFetchedAt), /^\d{4}-/);
      mock.timers.tick(11 * MINUTE);
      await of.identify({ token: await token() });
      assert.equal(issuer.asked, 2);
    } finally {
      mock.timers.reset();
    }
  });

  test("that are new are found, and forged ones do not make us ask again and again", async () => {
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      const of = scheme();
      await of.identify({ token: await token() });
      for (let i = 0; i < 5; i += 1) await refusal(await token({}, second), of);
      assert.equal(issuer.asked, 1, "within ten seconds of the last time nobody is asked");
      issuer.keys = [second];
      mock.timers.tick(11_000);
      assert.ok(await of.identify({ token: await token({}, second) }));
      assert.equal(issuer.asked, 2);
      assert.match(
        (await refusal(await token(), of)).message,
        /publishes no key/,
        "a key that is withdrawn opens nothing",
      );
    } finally {
      mock.timers.reset();
    }
  });

  test("are trusted for a day while the issuer does not answer, and then no longer", async () => {
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      const of = scheme();
      await of.identify({ token: await token() });
      issuer.status = 500;
      mock.timers.tick(60 * MINUTE);
      assert.ok(await of.identify({ token: await token() }));
      assert.equal(
        (await refusal(await token({}, second), of)).code,
        "ISSUER_AWAY",
        "it may have been published since",
      );
      mock.timers.tick(24 * 60 * MINUTE);
      const error = await refusal(await token(), of);
      assert.deepEqual([error.statusCode, error.code, error.headers["retry-after"]], [503, "ISSUER_AWAY", "10"]);
      issuer.status = 200;
      assert.ok(await of.identify({ token: await token() }), "it recovers by itself");
    } finally {
      mock.timers.reset();
    }
  });

  test("are only taken from where the issuer says, over https", async () => {
    for (const [discovery, status] of [
      [{ issuer: "https://elsewhere.example.org" }, 200],
      // It answers there too, but the name is none of those that are known to stay on this machine.
      [{ jwks_uri: issuer.url.replace("127.0.0.1", "127.0.0.2").concat("/keys") }, 200],
      [{ jwks_uri: undefined }, 200],
      [{}, 302],
      [{}, 404],
    ] as const) {
      Object.assign(issuer, { discovery, status });
      assert.equal((await refusal(await token())).code, "ISSUER_AWAY", JSON.stringify(discovery));
    }
    assert.equal((await refusal(await token(), scheme({ issuer: "http://127.0.0.1:1" }))).code, "ISSUER_AWAY");
  });
});
