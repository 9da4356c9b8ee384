import assert from "node:assert/strict";
import { test } from "node:test";
import { Access } from "./access.ts";
import { buildAdminApp, openAdmin } from "./admin.ts";
import { Metrics } from "./metrics.ts";
import { countJob, serviceMetrics } from "./service-metrics.ts";
import { parseStaticTokens, staticTokenEntry, staticTokenScheme } from "./static-tokens.ts";
import { Transport } from "./transport.ts";

const [PROMETHEUS, READER] = ["the-token-of-prometheus", "the-token-of-a-reader"];
const tokens = [
  staticTokenEntry({ name: "prometheus", scopes: ["metrics"] }, PROMETHEUS),
  staticTokenEntry({ name: "reader", scopes: ["store", "read", "admin"] }, READER),
];
const access = new Access({ schemes: [staticTokenScheme(parseStaticTokens(tokens.join()))] });
const transport = Transport.clear;

test("metrics are for who has their scope, and nothing else is there", async () => {
  const app = buildAdminApp({ metrics: new Metrics("test", {}), access, transport });
  const ask = (url: string, token?: string) =>
    app.inject({ url, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  assert.equal((await ask("/metrics")).statusCode, 401);
  assert.equal((await ask("/metrics", READER)).statusCode, 403);
  const reply = await ask("/metrics", PROMETHEUS);
  assert.equal(reply.statusCode, 200);
  assert.equal(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.match(reply.body, /^redspot_build_info/m);
  assert.equal((await ask("/", PROMETHEUS)).statusCode, 404);
  await app.close();
});

test("every service tells what it needs, how the queues are and what became of jobs", async () => {
  const metrics = new Metrics("test", serviceMetrics(["triage", "report"], ["ANALYSIS_FAILED", "UNKNOWN"]));
  const closers: Array<() => Promise<unknown>> = [];
  const address = await openAdmin(
    {
      metrics,
      access,
      transport,
      checks: { redis: () => Promise.reject(new Error("away")) },
      queues: [
        {
          name: "triage",
          depth: async () => ({ waiting: 7, active: 1, delayed: 0, failed: 2 }),
          oldestWaitingSince: async () => Date.now() - 60_000,
        },
        {
          name: "report",
          depth: async () => ({ waiting: 0, active: 0, delayed: 3, failed: 0 }),
          oldestWaitingSince: async () => undefined,
        },
      ],
      config: { REDSPOT_HOST: "127.0.0.1", REDSPOT_ADMIN_PORT: 0 },
    },
    closers,
  );
  countJob(metrics, { queue: "triage", outcome: "failed", code: "ANALYSIS_FAILED", runMs: 20, waitMs: 2_000 });
  countJob(metrics, { queue: "triage", outcome: "given-up", runMs: 20 });
  const reply = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${PROMETHEUS}` } });
  const text = await reply.text();
  for (const line of [
    /^redspot_dependency_up\{dependency="redis"\} 0$/m,
    /^redspot_queue_jobs\{queue="triage",state="waiting"\} 7$/m,
    /^redspot_queue_jobs\{queue="report",state="delayed"\} 3$/m,
    /^redspot_queue_oldest_job_age_seconds\{queue="triage"\} (6\d|7\d)(\.\d+)?$/m,
    /^redspot_queue_oldest_job_age_seconds\{queue="report"\} 0$/m,
    /^redspot_job_wait_seconds_bucket\{le="1",queue="triage"\} 0$/m,
    /^redspot_job_wait_seconds_bucket\{le="5",queue="triage"\} 1$/m,
    /^redspot_job_run_seconds_count\{queue="triage",outcome="failed"\} 1$/m,
    /^redspot_job_retries_total\{queue="triage",code="ANALYSIS_FAILED"\} 1$/m,
    /^redspot_jobs_given_up_total\{queue="triage",code="UNKNOWN"\} 1$/m,
    /^redspot_jobs_given_up_total\{queue="report",code="UNKNOWN"\} 0$/m,
  ]) {
    assert.match(text, line);
  }
  for (const close of closers.reverse()) await close();
});
