import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { keyOf, type Store } from "./connection.ts";

const LASTS_MS = 30_000;

/** KEYS lock; ARGV token, milliseconds: holds on to it, or lets it go with 0, where it is still one's own. */
const KEEP = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/**
 * Does some work unless another process of the installation is at it: then undefined. It saves doing it twice at a time,
 * and nothing depends on that: a process that stands still for longer than the lock lasts goes on with what it had begun.
 */
export async function alone<T>(store: Store, name: string, work: () => Promise<T>): Promise<T | undefined> {
  const key = keyOf(store, "lock", name);
  const token = randomUUID();
  if ((await store.redis.set(key, token, "PX", LASTS_MS, "NX")) === null) return undefined;
  const keep = (forMs: number) => store.redis.eval(KEEP, 1, key, token, String(forMs));
  const timer = setInterval(() => void keep(LASTS_MS).catch(() => {}), LASTS_MS / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    // It runs out by itself where Redis is away.
    await keep(0).catch(() => {});
  }
}

/**
 * Waits for as long as the work that another is at stays its own without a sign of life, and says whether it has been let go by
 * then: the other is done with it, or dead. Throws the signal's reason where that is given first.
 */
export async function isLeft(store: Store, name: string, signal: AbortSignal): Promise<boolean> {
  const key = keyOf(store, "lock", name);
  const lastsMs = await store.redis.pttl(key);
  await pause(Math.max(lastsMs, 0) + 1, undefined, { signal }).catch(() => signal.throwIfAborted());
  return (await store.redis.exists(key)) === 0;
}
