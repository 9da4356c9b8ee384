import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ConfigError, commonVariables, describeConfig, portVariable, readConfig } from "./config.ts";

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

test("tokens are a list", () => {
  const config = readConfig(variables, {
    REDSPOT_SPOOL_DIR: "/s",
    REDSPOT_TOKENS: `${"a".repeat(16)},${"b".repeat(20)}`,
  });
  assert.deepEqual(config.REDSPOT_TOKENS, ["a".repeat(16), "b".repeat(20)]);
});

test("the description tells each variable, what it is for and its default", () => {
  const text = describeConfig(variables);
  assert.match(text, /REDSPOT_SETTLE_SECONDS\n +How long a study settles \(default 30\)/);
  assert.match(text, /REDSPOT_SPOOL_DIR\n.*\(required\)/);
});
