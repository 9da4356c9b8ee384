import { quantile } from "@redspot/statistics";
import { studyKey } from "../chaos/inspect.ts";
import type { RedisReader } from "../chaos/redis-reader.ts";

/** How long a study took once it had settled, in seconds. */
export interface FlagLatency {
  /** When it had settled, in milliseconds since 1970, by Redis's clock. */
  readonly settledAt: number;
  /** Until it stood in its place on the reading list. */
  readonly listed: number;
  /** Until the PACS had said that it has the report. */
  readonly reported: number;
}

/**
 * From the moment at which a study has not grown for the settle time (whether or not anybody noticed it then) to its
 * place on the list and its report, all by Redis's clock. Undefined for one that has no report.
 */
export async function flagLatencyOf(
  studyInstanceUID: string,
  redis: RedisReader,
  settleMs: number,
): Promise<FlagLatency | undefined> {
  const [lastArrivalAt, history] = await Promise.all([
    redis.command("HGET", studyKey(studyInstanceUID), "lastArrivalAt"),
    redis.strings("LRANGE", studyKey(studyInstanceUID, "history"), 0, -1),
  ]);
  const events = history.map((line) => JSON.parse(line) as { event: string; at: number | string });
  const at = (event: string) => Number(events.find((one) => one.event === event)?.at ?? Number.NaN);
  const settledAt = Number(lastArrivalAt ?? Number.NaN) + settleMs;
  const [listed, reported] = [(at("found") - settledAt) / 1000, (at("reported") - settledAt) / 1000];
  return Number.isNaN(listed + reported) ? undefined : { settledAt, listed, reported };
}

/** Percentiles of one minute, in seconds. */
export interface MinuteOfLatency {
  /** From 1. */
  readonly minute: number;
  readonly studies: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
}

export function percentilesOf(values: readonly number[]): { median: number; p95: number; p99: number } {
  const sorted = Float64Array.from(values).sort();
  return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) };
}

/** Latencies to the report by the minute in which each study had settled. */
export function byMinute(latencies: readonly FlagLatency[]): MinuteOfLatency[] {
  const first = Math.min(...latencies.map(({ settledAt }) => settledAt));
  const minutes = Map.groupBy(latencies, ({ settledAt }) => 1 + Math.floor((settledAt - first) / 60_000));
  return [...minutes]
    .sort(([a], [b]) => a - b)
    .map(([minute, some]) => ({
      minute,
      studies: some.length,
      ...percentilesOf(some.map(({ reported }) => reported)),
    }));
}
