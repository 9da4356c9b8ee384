import assert from "node:assert/strict";
import { test } from "node:test";
import { fastify } from "fastify";
import { addHealthRoutes } from "./health.ts";

test("live is live, and ready names what is away", async () => {
  let redisAway = false;
  const app = fastify();
  addHealthRoutes(app, {
    redis: async () => {
      if (redisAway) throw new Error("connection refused");
    },
    spool: async () => true,
  });
  assert.equal((await app.inject("/health/live")).statusCode, 200);
  assert.equal((await app.inject("/health/ready")).statusCode, 200);
  redisAway = true;
  const reply = await app.inject("/health/ready");
  assert.equal(reply.statusCode, 503);
  assert.deepEqual(reply.json(), { status: "not ready", away: ["redis"] });
  assert.equal((await app.inject("/health/live")).statusCode, 200);
  await app.close();
});
