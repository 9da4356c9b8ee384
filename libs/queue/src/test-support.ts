import { randomUUID } from "node:crypto";
import { after, before } from "node:test";
import { startRedis } from "@redspot/testbed";
import { closeStore, connectStore, type Store } from "./connection.ts";
import type { InstanceNote } from "./study-ledger.ts";

interface RedisForTests {
  store: () => Store;
  /** Another connection to what a store holds, as another process has. */
  again: (store: Store) => Store;
  url: () => string;
}

/** A real Redis for the tests of one file; each store has a name space of its own, and is closed with the Redis. */
export function redisForTests(): RedisForTests {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  const stores: Store[] = [];
  before(async () => {
    redis = await startRedis();
  });
  after(async () => {
    await Promise.all(stores.map(closeStore));
    await redis.stop();
  });
  const open = (prefix: string) => {
    const store = connectStore(redis.url, { prefix });
    stores.push(store);
    return store;
  };
  return {
    store: () => open(`test-${randomUUID()}`),
    again: ({ prefix }) => open(prefix),
    url: () => redis.url,
  };
}

export function note(studyInstanceUID: string, sopInstanceUID: string, isImage = true): InstanceNote {
  return {
    studyInstanceUID,
    sopInstanceUID,
    sopClassUID: isImage ? "1.2.840.10008.5.1.4.1.1.1" : "1.2.840.10008.5.1.4.1.1.88.34",
    isImage,
    bytes: 1,
  };
}
