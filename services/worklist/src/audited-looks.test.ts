import assert from "node:assert/strict";
import { test } from "node:test";
import type { FastifyRequest } from "fastify";
import { auditedLooks } from "./audited-looks.ts";

test("what somebody looks at is recorded once in a quarter of an hour, and again where that failed", async () => {
  let time = 0;
  let isAway = true;
  const recorded: string[] = [];
  const looks = auditedLooks({
    audit: {
      async record(act) {
        if (isAway) throw new Error("Redis is away");
        recorded.push(`${act.kind} ${"studies" in act ? act.studies : "study" in act ? act.study : ""}`);
      },
    },
    nameOf: ({ id }) => id,
    pacs: "pacs:8042",
    now: () => new Date(time),
  });
  const from = (id: string) => ({ id, ip: "10.0.0.1" }) as FastifyRequest;
  await assert.rejects(looks.study(from("anna"), "1.1"));
  isAway = false;
  await looks.study(from("anna"), "1.1");
  await looks.study(from("anna"), "1.1");
  await looks.study(from("ben"), "1.1");
  await looks.names(from("anna"), ["1.1", "1.2"]);
  await looks.names(from("anna"), ["1.2", "1.3"]);
  await looks.names(from("anna"), ["1.3"]);
  assert.deepEqual(recorded, ["view 1.1", "view 1.1", "names 1.1,1.2", "names 1.3"]);
  time += 15 * 60_000;
  await looks.study(from("anna"), "1.1");
  assert.deepEqual(recorded.slice(4), ["view 1.1"]);
});
