import { Redis } from "ioredis";

/** One try of a job, for whoever traces it: see Tracing of libs/runtime. */
interface TracedJob {
  subject: string;
  queue: string;
  revision: number;
  queuedAt: number;
  traceparent?: string | undefined;
  isFirst: boolean;
}

/** What traces jobs through the queues. */
interface JobTracing {
  /** Where what is under way stands in its trace, to go with the jobs that it queues. */
  traceparent(): string | undefined;
  job<T>(job: TracedJob, work: () => Promise<T>): Promise<T>;
}

/** A connection to Redis and the name space that everything of one Redspot installation lives in. */
export interface Store {
  redis: Redis;
  /** Comes before every key; several installations, or tests, can share one Redis. */
  prefix: string;
  tracing?: JobTracing | undefined;
}

export interface ConnectOptions {
  prefix?: string;
  /**
   * After how many milliseconds a command that Redis has not answered fails. Without it commands wait until the
   * connection is back, as workers must (`workOn`, `settleStudies`); a listener that owes its peer an answer sets it.
   */
  answerWithinMs?: number;
  /**
   * After how many milliseconds without a byte, while an answer is owed, a connection counts as dead and is made anew: a
   * firewall that has forgotten it, or a Redis whose machine is gone, never says so. Longer than a worker waits for its
   * next job, which BullMQ limits to ten seconds.
   */
  deadAfterMs?: number;
  /** Told of every job that is worked on over this connection. */
  tracing?: JobTracing;
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
  { prefix = "redspot", answerWithinMs, deadAfterMs = 15_000, tracing, onError = () => {} }: ConnectOptions = {},
): Store {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    socketTimeout: deadAfterMs,
    ...(answerWithinMs === undefined ? {} : { commandTimeout: answerWithinMs }),
  });
  // Without a listener ioredis writes to the console.
  redis.on("error", onError);
  return { redis, prefix, tracing };
}

/** Ends the connection, once the commands under way have been answered; at once where Redis is away, or falls silent. */
export async function closeStore({ redis }: Store): Promise<void> {
  if (redis.status === "ready") await redis.quit().catch(() => redis.disconnect());
  else redis.disconnect();
}

/**
 * Tells whenever the connection is there: at once where it is, and each time that it has come back, with a Redis that may
 * have lost something. The answer ends it.
 */
export function onConnected({ redis }: Store, listener: () => void): () => void {
  redis.on("ready", listener);
  if (redis.status === "ready") listener();
  return () => redis.off("ready", listener);
}

/** The key of one thing: prefix and parts, with colons between. */
export function keyOf({ prefix }: Store, ...parts: string[]): string {
  return [prefix, ...parts].join(":");
}

/** The answers to the commands of a pipeline, in their order. Throws what any of them failed with. */
export async function answersOf(pipeline: ReturnType<Store["redis"]["pipeline"]>): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}
