import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimits } from "./rate-limits.ts";

const HOUR = 3_600_000;

test("who was let in within the last day is remembered, however long ago the first time was", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"] });
  const limits = new RateLimits({});
  await limits.letIn("10.0.0.1", "token:pacs");
  t.mock.timers.tick(23 * HOUR);
  await limits.letIn("10.0.0.1", "token:pacs");
  t.mock.timers.tick(23 * HOUR);
  assert.equal(await limits.wasLetIn("10.0.0.1", "token:pacs"), true);
  assert.equal(await limits.wasLetIn("10.0.0.1", "token:other"), false);
  t.mock.timers.tick(2 * HOUR);
  assert.equal(await limits.wasLetIn("10.0.0.1", "token:pacs"), false);
});
