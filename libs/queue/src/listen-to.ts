import type { Store } from "./connection.ts";

/** How often whoever listens asks whether its connection still lives: it would not notice that nobody speaks any more. */
const HEARTBEAT_MS = 10_000;

interface Hearing {
  onMessage: (channel: string, message: string) => void;
  /** What is said from now on is missed. */
  onLost?: () => void;
  /** What is said from now on is heard again. */
  onResumed?: () => void;
}

/**
 * Listens to channels on a connection of its own, which restores itself. Resolves when it does, with what ends it; waits
 * until then where Redis is away.
 */
export async function listenTo(
  { redis }: Store,
  channels: readonly string[],
  { onMessage, onLost = () => {}, onResumed = () => {} }: Hearing,
): Promise<() => Promise<void>> {
  const subscriber = redis.duplicate();
  // Without a listener ioredis writes to the console.
  subscriber.on("error", () => {});
  let isThere = true;
  await subscriber.subscribe(...channels);
  subscriber.on("message", onMessage);
  subscriber.on("ready", () => {
    isThere = true;
    onResumed();
  });
  // Every vain attempt to connect closes too.
  subscriber.on("close", () => {
    if (isThere) onLost();
    isThere = false;
  });
  const heartbeat = setInterval(() => void subscriber.ping().catch(() => {}), HEARTBEAT_MS).unref();
  return async () => {
    clearInterval(heartbeat);
    await subscriber.quit();
  };
}
