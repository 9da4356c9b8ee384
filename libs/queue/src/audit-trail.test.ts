import assert from "node:assert/strict";
import { hostname } from "node:os";
import { describe, test } from "node:test";
import type { AuditEvent } from "@redspot/audit";
import { deliverAudit, openAuditTrail } from "./audit-trail.ts";
import type { Store } from "./connection.ts";
import { DeadLetters } from "./dead-letters.ts";
import { StudyQueue } from "./jobs.ts";
import { openServiceAudit } from "./service-audit.ts";
import { redisForTests } from "./test-support.ts";

const redis = redisForTests();
const self = { service: "worklist", host: hostname(), pid: process.pid };
const now = () => new Date(1_700_000_000_000);
const view = (n: number) => ({ kind: "view", by: "token:reader", study: `1.2.${n}` }) as const;

class Away extends Error {
  readonly code = "AUDIT_UNREACHABLE";
  readonly retryAfterMs = 1;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

/** Delivers until so many messages have arrived, by a destination that answers as it is told to. */
async function delivered(store: Store, count: number, answer: (event: AuditEvent) => Promise<void> = async () => {}) {
  const events: AuditEvent[] = [];
  const tried: string[] = [];
  const worker = deliverAudit(
    store,
    async (event) => {
      await answer(event);
      events.push(event);
    },
    {
      concurrency: 8,
      onError: () => {},
      onTried: ({ outcome, code }) => tried.push(`${outcome} ${code ?? ""}`.trim()),
    },
  );
  await until(() => events.length >= count);
  await worker.close();
  return { events, tried };
}

test("what was recorded is delivered, whole and with who recorded it; the same event twice is one", async () => {
  const store = redis.store();
  const trail = openAuditTrail(store, { process: self, now });
  await trail.record(view(1), { id: "view-1" });
  await trail.record(view(1), { id: "view-1" });
  await trail.record({ kind: "start" });
  const { events } = await delivered(store, 2);
  assert.deepEqual(
    events.find(({ kind }) => kind === "view"),
    { ...view(1), id: "view-1", at: now().getTime(), process: self },
  );
  assert.equal(events.length, 2);
  await trail.close();
});

test("a destination that is away delays all and loses none, and uses no try up", async () => {
  const store = redis.store();
  const trail = openAuditTrail(store, { process: self, now });
  for (let n = 0; n < 20; n += 1) await trail.record(view(n));
  let calls = 0;
  const { events, tried } = await delivered(store, 20, async () => {
    calls += 1;
    if (calls <= 30) throw new Away();
  });
  assert.equal(new Set(events.map(({ id }) => id)).size, 20);
  assert.ok(tried.filter((one) => one === "failed AUDIT_UNREACHABLE").length >= 20);
  await trail.close();
});

test("what cannot be understood is a dead letter at once, and one that is tried again is delivered", async () => {
  const store = redis.store();
  const trail = openAuditTrail(store, { process: self, now });
  await trail.record({ kind: "view", by: "x", study: "no UID" } as never, { id: "odd" });
  await trail.record(view(1), { id: "even" });
  const queue = new StudyQueue(store, "audit");
  const worker = deliverAudit(store, async () => {}, { concurrency: 1, onError: () => {} });
  await until(async () => (await queue.depth()).failed === 1);
  await worker.close();
  const letters = new DeadLetters(store);
  const [letter, ...more] = await Array.fromAsync(letters.list({ queue: "audit" }));
  assert.deepEqual([letter?.id, letter?.code, more], ["audit/odd", "NOT_UNDERSTOOD", []]);
  assert.ok(await letters.retry(letter!));
  assert.equal((await queue.depth()).failed, 0);
  await letters.close();
  await queue.close();
  await trail.close();
});

describe("a service", () => {
  const AUDITED = { REDSPOT_AUDIT_TO: "file:///audit" };
  const open = (
    store: Store,
    refusedAs: "sign-in" | "refusal" = "refusal",
    config: { REDSPOT_AUDIT_TO?: string } = AUDITED,
  ) => {
    const closers: Array<() => Promise<unknown>> = [];
    const logger = { warn: (about: object, message: string) => assert.fail(`${message}: ${JSON.stringify(about)}`) };
    const audit = openServiceAudit(store, { config, self, logger, closers }, { refusedAs, now });
    return { ...audit, end: () => Promise.all(closers.map((close) => close())) };
  };

  test("tells of its start and end, and of settings that are others than at its last start, by name alone", async () => {
    const store = redis.store();
    const first = open(store);
    await first.started({ REDSPOT_TOKENS: "aa11", REDSPOT_PORT: "80" });
    await first.end();
    const second = open(store);
    await second.started({ REDSPOT_TOKENS: "bb22", REDSPOT_PORT: "80", REDSPOT_SETTLE_SECONDS: "5" });
    await second.end();
    const { events } = await delivered(store, 6);
    const told = events.map((event) =>
      event.kind === "configuration" ? `${event.isSecurity} ${event.variables}` : event.kind,
    );
    assert.deepEqual(told.toSorted(), [
      "false REDSPOT_SETTLE_SECONDS",
      "start",
      "start",
      "stop",
      "stop",
      "true REDSPOT_TOKENS",
    ]);
    assert.doesNotMatch(JSON.stringify(events), /aa11|bb22/);
  });

  test("tells of credentials that it refused, as a sign-in or as a node's", async () => {
    const store = redis.store();
    for (const refusedAs of ["sign-in", "refusal"] as const) {
      const audit = open(store, refusedAs);
      for (let n = 0; n < 5; n += 1) audit.refused({ code: "UNAUTHORIZED", address: "10.0.0.1" });
      await audit.end();
    }
    const { events } = await delivered(store, 6);
    const counted = events.flatMap((event) => ("count" in event ? `${event.kind} ${event.count}` : []));
    assert.deepEqual(counted.toSorted(), ["refusal 1", "refusal 4", "sign-in 1", "sign-in 4"]);
  });

  test("audits nothing unless told where to", async () => {
    const store = redis.store();
    const audit = open(store, "refusal", {});
    audit.refused({ code: "UNAUTHORIZED" });
    await audit.started({});
    await audit.trail.record(view(1));
    await audit.end();
    assert.deepEqual(await store.redis.keys(`${store.prefix}:*`), []);
  });
});
