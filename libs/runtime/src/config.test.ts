import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { commonVariables, portVariable } from "./common-variables.ts";
import { ConfigError, describeConfig, needs, readConfig, secret, settingDigests } from "./config.ts";

const variables = {
  ...commonVariables,
  REDSPOT_PORT: portVariable(8090),
  REDSPOT_SETTLE_SECONDS: z.coerce.number().positive().default(30).describe("How long a study settles"),
};

test("what is not set has its default, what is set has its type", () => {
  const config = readConfig(variables, { REDSPOT_SPOOL_DIR: "/spool", REDSPOT_PORT: "0", REDSPOT_LOG_LEVEL: "" });
  assert.equal(config.REDSPOT_PORT, 0);
  assert.equal(config.REDSPOT_SETTLE_SECONDS, 30);
  assert.equal(config.REDSPOT_REDIS_URL, "redis://127.0.0.1:6379");
  assert.equal(config.REDSPOT_LOG_LEVEL, "info");
  assert.deepEqual(config.REDSPOT_TOKENS, []);
});

test("every mistake is told at once, by name, and no value is repeated", () => {
  const secret = "short-secret";
  assert.throws(
    () => readConfig(variables, { REDSPOT_TOKENS: secret, REDSPOT_PORT: "70000", REDSPOT_REDIS_URL: "http://x" }),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      for (const name of ["REDSPOT_TOKENS", "REDSPOT_PORT", "REDSPOT_REDIS_URL", "REDSPOT_SPOOL_DIR: is not set"]) {
        assert.match(error.message, new RegExp(name));
      }
      assert.match(error.message, /4 mistake/);
      assert.doesNotMatch(error.message, new RegExp(secret));
      return true;
    },
  );
});

test("a secret may be in a file, and only a secret", async () => {
  const folder = await mkdtemp(join(tmpdir(), "redspot-config-"));
  try {
    const file = join(folder, "redis-url");
    await writeFile(file, "redis://:s3cret@redis:6379\n");
    const given = { REDSPOT_SPOOL_DIR: "/s", REDSPOT_REDIS_URL_FILE: file, REDSPOT_HOST_FILE: file };
    const config = readConfig(variables, given);
    assert.equal(config.REDSPOT_REDIS_URL, "redis://:s3cret@redis:6379");
    assert.equal(config.REDSPOT_HOST, "127.0.0.1");
    for (const [more, problem] of [
      [{ REDSPOT_REDIS_URL: "redis://other" }, /REDSPOT_REDIS_URL and REDSPOT_REDIS_URL_FILE: both are set/],
      [{ REDSPOT_REDIS_URL_FILE: join(folder, "none") }, /REDSPOT_REDIS_URL_FILE: .*none cannot be read \(ENOENT\)/],
    ] as const) {
      assert.throws(() => readConfig(variables, { ...given, ...more }), { message: problem });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.match(describeConfig(variables), /REDSPOT_REDIS_URL\n.*; REDSPOT_REDIS_URL_FILE names a file with it\)/);
});

test("the description tells each variable, what it is for and its default", () => {
  const text = describeConfig(variables);
  assert.match(text, /REDSPOT_SETTLE_SECONDS\n +How long a study settles \(default 30\)/);
  assert.match(text, /REDSPOT_SPOOL_DIR\n.*\(required\)/);
});

test("what is nothing without another is told, with all else that is wrong", () => {
  const given = {
    REDSPOT_SPOOL_DIR: "/s",
    REDSPOT_PORT: "x",
    REDSPOT_TLS_KEY: "/k",
    REDSPOT_TLS_CLIENTS: "pacs=store",
  };
  assert.throws(
    () => readConfig(variables, given),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /3 mistake/);
      assert.match(error.message, /REDSPOT_TLS_KEY: is set, and REDSPOT_TLS_CERTIFICATE is not/);
      assert.match(error.message, /REDSPOT_TLS_CLIENTS: is set, and REDSPOT_TLS_CLIENT_CA is not/);
      assert.match(error.message, /REDSPOT_PORT/);
      return true;
    },
  );
  const pair = { NAME: needs(["WORD"], z.string().optional()), WORD: secret(z.string().optional()) };
  assert.throws(() => readConfig(pair, { NAME: "a" }), { message: /NAME: is set, and WORD is not/ });
  assert.deepEqual(readConfig(pair, { NAME: "a", WORD: "b" }), { NAME: "a", WORD: "b" });
  const kind = { FILE: needs(["URL=tls://"], z.string().optional()), URL: z.string().optional() };
  assert.throws(() => readConfig(kind, { FILE: "a" }), { message: /FILE: is set, and URL is not/ });
  assert.throws(() => readConfig(kind, { FILE: "a", URL: "tcp://b" }), { message: /URL does not begin with tls:/ });
  assert.deepEqual(readConfig(kind, { FILE: "a", URL: "tls://b" }), { FILE: "a", URL: "tls://b" });
});

test("a setting that has changed is known by its digest; one of a secret fits too many guesses to tell it", () => {
  const given = { REDSPOT_SPOOL_DIR: "/spool", REDSPOT_TOKENS: "x", REDSPOT_REDIS_URL: "", OTHER: "y" };
  const digests = settingDigests(variables, given);
  assert.deepEqual(Object.keys(digests).toSorted(), ["REDSPOT_SPOOL_DIR", "REDSPOT_TOKENS"]);
  assert.equal(digests.REDSPOT_TOKENS?.length, 4);
  assert.notEqual(settingDigests(variables, { ...given, REDSPOT_TOKENS: "z" }).REDSPOT_TOKENS, digests.REDSPOT_TOKENS);
  assert.ok("REDSPOT_TOKENS" in settingDigests(variables, { REDSPOT_TOKENS_FILE: "/run/secrets/tokens" }));
});
