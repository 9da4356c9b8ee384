import type { Store } from "./connection.ts";

/** What of Redis' own state decides whether it keeps what it is told. */
export interface RedisSettings {
  version: string;
  /** Milliseconds since 1970 by Redis' own clock. */
  clock: number;
  usedBytes: number;
  /** 0 where there is no limit. */
  maxBytes: number;
  /** What happens when memory is full: everything but `noeviction` throws jobs away. */
  evictionPolicy: string;
  /** Whether every change goes to the append-only file. */
  appendsToFile: boolean;
  /** Whether the last writing to it went well: when not (disk full), Redis refuses every change. */
  couldWrite: boolean;
  /** `always`, `everysec` or `no`; undefined where Redis does not tell (CONFIG is forbidden). */
  syncs?: string;
}

/** Asks Redis how it is set up. Hosted Redis forbids CONFIG: INFO tells nearly all. */
export async function readRedisSettings({ redis }: Store): Promise<RedisSettings> {
  const [text, [seconds, microseconds], synced] = await Promise.all([
    redis.info(),
    redis.time(),
    redis.config("GET", "appendfsync").catch(() => []),
  ]);
  const info = new Map(text.split(/\r?\n/).map((line) => line.split(":", 2) as [string, string]));
  const [, syncs] = synced as string[];
  return {
    version: info.get("valkey_version") ?? info.get("redis_version") ?? "unknown",
    clock: Number(seconds) * 1000 + Number(microseconds) / 1000,
    usedBytes: Number(info.get("used_memory") ?? 0),
    maxBytes: Number(info.get("maxmemory") ?? 0),
    evictionPolicy: info.get("maxmemory_policy") ?? "unknown",
    appendsToFile: info.get("aof_enabled") === "1",
    couldWrite: (info.get("aof_last_write_status") ?? "ok").trim() === "ok",
    ...(syncs === undefined ? {} : { syncs }),
  };
}
