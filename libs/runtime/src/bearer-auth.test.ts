import assert from "node:assert/strict";
import { test } from "node:test";
import { fastify } from "fastify";
import { bearerAuth } from "./bearer-auth.ts";

async function statusFor(tokens: string[], authorization?: string) {
  const app = fastify();
  app.addHook("onRequest", bearerAuth(tokens));
  app.get("/", async () => "in");
  const reply = await app.inject({ url: "/", headers: authorization === undefined ? {} : { authorization } });
  await app.close();
  return reply;
}

const TOKENS = ["first-token-0000", "second-token-000"];

test("each of the tokens opens, in any case of the scheme", async () => {
  assert.equal((await statusFor(TOKENS, "Bearer first-token-0000")).statusCode, 200);
  assert.equal((await statusFor(TOKENS, "bearer second-token-000")).statusCode, 200);
});

test("no token, a wrong one and another scheme are refused with the challenge", async () => {
  for (const given of [undefined, "Bearer", "Bearer x", "Basic first-token-0000", "first-token-0000"]) {
    const reply = await statusFor(TOKENS, given);
    assert.equal(reply.statusCode, 401, String(given));
    assert.equal(reply.headers["www-authenticate"], 'Bearer realm="redspot"');
  }
});

test("where there are no tokens, all may", async () => {
  assert.equal((await statusFor([])).statusCode, 200);
});
