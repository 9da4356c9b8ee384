import { randomBytes } from "node:crypto";
import { keyOf, type Store } from "./connection.ts";

/**
 * A key of 32 random bytes that all services of an installation share under a name. The first that asks makes it; it
 * lasts as long as Redis keeps it. It is asked for when it is first needed, and again where Redis did not answer.
 */
export function sharedKey(store: Store, name: string): () => Promise<Uint8Array> {
  let known: Uint8Array | undefined;
  return async () => {
    if (known === undefined) {
      const key = keyOf(store, "shared-key", name);
      await store.redis.set(key, randomBytes(32).toString("base64"), "NX");
      const stored = Buffer.from((await store.redis.get(key)) ?? "", "base64");
      if (stored.byteLength !== 32) throw new Error(`${key} in Redis is no key of 32 bytes`);
      known = new Uint8Array(stored);
    }
    return known;
  };
}
