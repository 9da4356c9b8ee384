import { Redis } from "ioredis";

/** A connection to Redis and the name space that everything of one Redspot installation lives in. */
export interface Store {
  redis: Redis;
  /** Comes before every key; several installations, or tests, can share one Redis. */
  prefix: string;
}

interface ConnectOptions {
  prefix?: string;
  /**
   * After how many milliseconds a command that Redis has not answered fails. Without it commands wait until the
   * connection is back, as workers must (`workOn`, `settleStudies`); a listener that owes its peer an answer sets it.
   */
  answerWithinMs?: number;
  /** Told of every failed attempt to connect, which will be followed by another. */
  onError?: (error: Error) => void;
}

/**
 * Connects to Redis 7 or Valkey, again and again as long as it is away.
 *
 * @param url redis:// or rediss://, with user and password where needed
 */
export function connectStore(
  url: string,
  { prefix = "redspot", answerWithinMs, onError = () => {} }: ConnectOptions = {},
): Store {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    ...(answerWithinMs === undefined ? {} : { commandTimeout: answerWithinMs }),
  });
  // Without a listener ioredis writes to the console.
  redis.on("error", onError);
  return { redis, prefix };
}

/** Ends the connection, once the commands under way have been answered; at once where Redis is away. */
export async function closeStore({ redis }: Store): Promise<void> {
  if (redis.status === "ready") await redis.quit();
  else redis.disconnect();
}

/** The key of one thing: prefix and parts, with colons between. */
export function keyOf({ prefix }: Store, ...parts: string[]): string {
  return [prefix, ...parts].join(":");
}
