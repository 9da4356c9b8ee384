import { randomBytes } from "node:crypto";
import { keyOf, type Store } from "./connection.ts";

/**
 * A key of 32 random bytes that all services of an installation share under a name. The first that asks makes it, and it
 * lasts as long as Redis keeps it. Nobody remembers it: were it lost, services that knew it would disagree with others.
 */
export function sharedKey(store: Store, name: string): () => Promise<Uint8Array> {
  const key = keyOf(store, "shared-key", name);
  return async () => {
    let stored = await store.redis.get(key);
    if (stored === null) {
      await store.redis.set(key, randomBytes(32).toString("base64"), "NX");
      stored = await store.redis.get(key);
    }
    const bytes = new Uint8Array(Buffer.from(stored ?? "", "base64"));
    if (bytes.byteLength !== 32) throw new Error(`${key} in Redis is no key of 32 bytes`);
    return bytes;
  };
}
