import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { setTimeout as after } from "node:timers/promises";
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, RandomIdGenerator, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { traceOf } from "./trace-of.ts";
import type { CollectorRefusal, TracedJob, Tracing } from "./tracing.ts";
import { SOFTWARE_VERSION } from "./version.ts";

/** How long the collector may take for a batch; what it does not take then is let go. */
const EXPORT_WITHIN_MS = 5_000;

/** OpenTelemetry's ExportResultCode.SUCCESS. */
const TAKEN = 0;

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

interface Started {
  span: Span;
  parent: Context;
}

/**
 * Traces by OpenTelemetry's own SDK, sent by OTLP over HTTP. Nothing is registered globally and nothing is instrumented by
 * itself: what is told is what is named here, and it holds times, names, numbers and codes.
 */
export class OpenTelemetry implements Tracing {
  readonly #provider: TracerProvider;
  readonly #ids = new GivenIds();
  readonly #active = new AsyncLocalStorage<Context>();

  /** `onSent` is told after each batch whether the collector has taken it. */
  constructor(url: string, service: string, onSent: (taken: boolean) => void = () => {}) {
    const otlp = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_WITHIN_MS });
    const exporter: SpanExporter = {
      export: (spans, done) =>
        otlp.export(spans, (result) => {
          onSent(result.code === TAKEN);
          done(result);
        }),
      forceFlush: () => otlp.forceFlush(),
      shutdown: () => otlp.shutdown(),
    };
    this.#provider = new TracerProvider({
      idGenerator: this.#ids,
      resource: resourceFromAttributes({
        "service.name": `redspot-${service}`,
        "service.version": SOFTWARE_VERSION,
        "service.instance.id": randomUUID(),
      }),
      spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_WITHIN_MS })],
    });
  }

  traceparent = (): string | undefined => {
    const context = this.#active.getStore();
    const under = context && trace.getSpanContext(context);
    return under && `00-${under.traceId}-${under.spanId}-0${under.traceFlags & TraceFlags.SAMPLED}`;
  };

  about<T>(subject: string, name: string, work: () => Promise<T>): Promise<T> {
    return this.#within(this.#start(name, SpanKind.SERVER, rootOf(subject)), work);
  }

  job<T>(job: TracedJob, work: () => Promise<T>): Promise<T> {
    const { subject, queue, revision, queuedAt, traceparent, isFirst } = job;
    // A study settles from its first instance on; all else begins with the work.
    const startTime = queue === "settling" ? queuedAt : Date.now();
    const started = this.#start(queue, SpanKind.CONSUMER, contextOf(traceparent, subject), startTime);
    started.span.setAttributes({
      "messaging.system": "bullmq",
      "messaging.destination.name": queue,
      "redspot.revision": revision,
      "redspot.queued_seconds": (Date.now() - queuedAt) / 1000,
    });
    return this.#within(started, work, () => {
      if (isFirst) this.#tellRoot(subject, queuedAt);
    });
  }

  part<T>(name: string, work: () => Promise<T>, kind?: "call"): Promise<T> {
    const parent = this.#active.getStore();
    if (parent === undefined) return work();
    return this.#within(this.#start(name, kind === "call" ? SpanKind.CLIENT : SpanKind.INTERNAL, parent), work);
  }

  /** Sends what is left, as far as a collector takes it in time. */
  async close(): Promise<void> {
    const ended = this.#provider.shutdown().catch(() => {});
    await Promise.race([ended, after(EXPORT_WITHIN_MS, undefined, { ref: false })]);
  }

  #start(name: string, kind: SpanKind, parent: Context, startTime?: number): Started {
    const span = this.#provider
      .getTracer("redspot", SOFTWARE_VERSION)
      .startSpan(name, startTime === undefined ? { kind } : { kind, startTime }, parent);
    return { span, parent };
  }

  /** Work that is to be asked again later has not been done: its span is never told of. */
  async #within<T>({ span, parent }: Started, work: () => Promise<T>, onDone = () => {}): Promise<T> {
    try {
      const answer = await this.#active.run(trace.setSpan(parent, span), work);
      onDone();
      span.end();
      return answer;
    } catch (error) {
      if (error instanceof Error && error.name === "NotYet") throw error;
      // The code alone: an error's words may tell anything.
      span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
      span.end();
      throw error;
    }
  }

  /** The span from which all others of a subject descend: from its beginning until it was first settled. */
  #tellRoot(subject: string, startTime: number): void {
    const { traceId, rootSpanId } = traceOf(subject);
    const root = this.#ids.giving({ traceId, spanId: rootSpanId }, () =>
      this.#provider.getTracer("redspot", SOFTWARE_VERSION).startSpan("study", { root: true, startTime }, ROOT_CONTEXT),
    );
    root.end();
  }
}

/** Sends a request without a span; see tryCollector. */
export async function exportNothing(url: string): Promise<CollectorRefusal | undefined> {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_WITHIN_MS });
  const { code, error } = await new Promise<{ code: number; error?: Error }>((done) => exporter.export([], done));
  await exporter.shutdown();
  if (code === TAKEN) return undefined;
  // The words of an error may be the collector's.
  const why = (error as { code?: unknown } | undefined)?.code;
  return typeof why === "number" ? { status: why } : { code: typeof why === "string" ? why : "not ready, or too slow" };
}

/** Random, but for a root, whose identifiers are derived. */
class GivenIds extends RandomIdGenerator {
  #given: { traceId: string; spanId: string } | undefined;

  constructor() {
    super();
    const { generateTraceId, generateSpanId } = this;
    this.generateTraceId = () => this.#given?.traceId ?? generateTraceId.call(this);
    this.generateSpanId = () => this.#given?.spanId ?? generateSpanId.call(this);
  }

  giving<T>(ids: { traceId: string; spanId: string }, make: () => T): T {
    this.#given = ids;
    try {
      return make();
    } finally {
      this.#given = undefined;
    }
  }
}

/** The context of what somebody else has begun. */
function remote(traceId: string, spanId: string, traceFlags: number): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

function rootOf(subject: string): Context {
  const { traceId, rootSpanId } = traceOf(subject);
  return remote(traceId, rootSpanId, TraceFlags.SAMPLED);
}

/** Under what has queued it, or under the root where that is not known or was about another subject. */
function contextOf(traceparent: string | undefined, subject: string): Context {
  const [, traceId, spanId = "", flags = ""] = TRACEPARENT.exec(traceparent ?? "") ?? [];
  if (traceId !== traceOf(subject).traceId) return rootOf(subject);
  return remote(traceId, spanId, Number.parseInt(flags, 16));
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : "failed";
}
