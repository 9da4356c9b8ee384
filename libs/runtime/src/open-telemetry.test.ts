import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTraceCollector, type TraceCollector } from "@redspot/testbed";
import { OpenTelemetry } from "./open-telemetry.ts";
import { traceOf } from "./trace-of.ts";
import type { TracedJob } from "./tracing.ts";

const SUBJECT = "1.2.826.0.1.3680043.8.498.65";
const { traceId, rootSpanId } = traceOf(SUBJECT);
const job = (queue: string, more: Partial<TracedJob> = {}): TracedJob => ({
  subject: SUBJECT,
  queue,
  revision: 1,
  queuedAt: Date.now(),
  isFirst: false,
  ...more,
});

let collector: TraceCollector;

before(async () => {
  collector = await startTraceCollector();
});
after(() => collector.close());

/** What is told of `work`, and how it was written. */
async function toldOf(work: (tracing: OpenTelemetry) => Promise<unknown>) {
  const tracing = new OpenTelemetry(collector.url, "test");
  const before = { spans: collector.spans.length, bodies: collector.bodies.length };
  await work(tracing);
  await tracing.close();
  return { spans: collector.spans.slice(before.spans), body: collector.bodies.slice(before.bodies).join("\n") };
}

test("what goes from job to job stays one trace, under one root", async () => {
  const { spans, body } = await toldOf(async (tracing) => {
    const first = await tracing.job(job("settling", { isFirst: true }), async () => tracing.traceparent());
    await tracing.job(job("triage", { traceparent: first }), () => tracing.part("infer", async () => {}));
  });
  const named = Object.fromEntries(spans.map((span) => [span.name, span]));
  assert.deepEqual(Object.keys(named).sort(), ["infer", "settling", "study", "triage"]);
  assert.ok(spans.every((span) => span.traceId === traceId));
  assert.equal(named.study?.spanId, rootSpanId);
  assert.equal(named.study?.parentSpanId, undefined);
  assert.equal(named.settling?.parentSpanId, rootSpanId);
  assert.equal(named.triage?.parentSpanId, named.settling?.spanId);
  assert.equal(named.infer?.parentSpanId, named.triage?.spanId);
  assert.ok(!body.includes(SUBJECT));
});

test("a job that was queued in another subject's trace, or in none, is in its own", async () => {
  const { spans } = await toldOf(async (tracing) => {
    const other = await tracing.about("1.2.3", "store", async () => tracing.traceparent());
    assert.ok(other && !other.includes(traceId));
    await tracing.job(job("report", { traceparent: other }), async () => {});
    await tracing.job(job("triage", { traceparent: "nonsense" }), async () => {});
  });
  for (const { name, ...span } of spans.filter((one) => one.name !== "store")) {
    assert.deepEqual([span.traceId, span.parentSpanId], [traceId, rootSpanId], name);
  }
});

test("a failure is told by its code, never in its words; what has to wait is not told at all", async () => {
  const failing = (error: Error) => async () => {
    throw error;
  };
  const coded = Object.assign(new Error("Quillfeather"), { code: "PACS_BUSY" });
  const talking = Object.assign(new Error("Quillfeather"), { code: "Quillfeather^Bartholomew" });
  const later = Object.assign(new Error("not yet"), { name: "NotYet" });
  const { spans, body } = await toldOf(async (tracing) => {
    for (const error of [coded, talking, later]) {
      await assert.rejects(tracing.job(job("report", { isFirst: true }), failing(error)), error);
    }
  });
  assert.deepEqual(
    spans.map(({ name, status }) => [name, status.message]),
    [
      ["report", "PACS_BUSY"],
      ["report", "failed"],
    ],
  );
  assert.ok(!body.includes("Quillfeather"));
});

test("outside of any trace nothing is told and nothing is passed on", async () => {
  const { spans } = await toldOf(async (tracing) => {
    assert.equal(await tracing.part("infer", async () => "done"), "done");
    assert.equal(tracing.traceparent(), undefined);
  });
  assert.deepEqual(spans, []);
});

for (const answer of ["silence", { refuses: "Quillfeather" }] as const) {
  test(`work goes on, and the end comes, with a collector that ${answer === "silence" ? "is silent" : "refuses"}`, async () => {
    const unwilling = await startTraceCollector(answer);
    const outcomes: boolean[] = [];
    const tracing = new OpenTelemetry(unwilling.url, "test", (taken) => outcomes.push(taken));
    assert.equal(await tracing.job(job("report"), async () => "done"), "done");
    await tracing.close();
    assert.equal(unwilling.bodies.length, 1);
    assert.ok(!outcomes.includes(true));
    await unwilling.close();
  });
}
