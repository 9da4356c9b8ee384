import { z } from "zod";
import type { Logger } from "./logger.ts";
import type { Closers } from "./run-service.ts";

/** One try of a job, as its trace shows it. */
export interface TracedJob {
  /** What the trace is about; only a hash of it leaves the process. */
  subject: string;
  queue: string;
  revision: number;
  /** Since when the job has been in its queue, in milliseconds since 1970. */
  queuedAt: number;
  /** What queued the job, as W3C Trace Context writes it. */
  traceparent?: string | undefined;
  /** Whether it is the first job about its subject: the trace's root is told of with it. */
  isFirst: boolean;
}

/** Tells of what is done, as spans of one trace for each subject. */
export interface Tracing {
  /** Where what is under way stands in its trace, for whoever goes on with it elsewhere (W3C Trace Context, traceparent). */
  traceparent(): string | undefined;
  /** Something that is done about a subject outside of any job. */
  about<T>(subject: string, name: string, work: () => Promise<T>): Promise<T>;
  /** One try of a job. */
  job<T>(job: TracedJob, work: () => Promise<T>): Promise<T>;
  /** A part of what is under way; `call` where it waits for another system. Nothing where nothing is. */
  part<T>(name: string, work: () => Promise<T>, kind?: "call"): Promise<T>;
}

/** Nobody is told, and nothing is loaded for it. */
export const NO_TRACING: Tracing = {
  traceparent: () => undefined,
  about: (_subject, _name, work) => work(),
  job: (_job, work) => work(),
  part: (_name, work) => work(),
};

/** Where traces go. */
export const tracesUrlVariable = z
  .url({ protocol: /^https?$/ })
  .optional()
  .describe("Collector of traces by OTLP over HTTP, such as http://collector:4318/v1/traces; no traces where left out");

/** Begins to tell of traces where the configuration says to whom; the packages that this takes are loaded only then. */
export async function openTracing(
  config: { REDSPOT_TRACES_URL?: string | undefined },
  service: string,
  { closers, logger }: { closers: Closers; logger: Pick<Logger, "warn" | "info"> },
): Promise<Tracing> {
  if (config.REDSPOT_TRACES_URL === undefined) return NO_TRACING;
  const { OpenTelemetry } = await import("./open-telemetry.ts");
  let away = false;
  const tracing = new OpenTelemetry(config.REDSPOT_TRACES_URL, service, (taken) => {
    if (!taken && !away) logger.warn("the collector does not take traces: they are let go");
    if (taken && away) logger.info("the collector takes traces again");
    away = !taken;
  });
  closers.push(() => tracing.close());
  return tracing;
}

/** Why a collector did not take a request: by the status of its answer, or what kept it from answering. */
export type CollectorRefusal = { status: number; code?: undefined } | { code: string; status?: undefined };

/**
 * Sends a collector a request without a span, which it has to take (OTLP, "OTLP/HTTP Response": empty telemetry), by the
 * exporter that would send traces, so that its headers and certificates count. Answers with why it was not taken, if it was not.
 */
export async function tryCollector(url: string): Promise<CollectorRefusal | undefined> {
  const { exportNothing } = await import("./open-telemetry.ts");
  return exportNothing(url);
}
