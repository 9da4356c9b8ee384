import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeStore, connectStore, type Store, StudyQueue, workOn } from "@redspot/queue";
import { type RunningRedis, startRedis, waitUntil } from "@redspot/testbed";
import { uidFrom } from "./image-pool.ts";
import { startToxicProxy, type ToxicProxy } from "./toxic-proxy.ts";

let redis: RunningRedis;
let proxy: ToxicProxy;
const stores: Store[] = [];

before(async () => {
  redis = await startRedis();
  const { hostname, port } = new URL(redis.url);
  proxy = await startToxicProxy({ target: { host: hostname, port: Number(port) }, seed: 1, name: "redis" });
});

after(async () => {
  await Promise.all(stores.map(closeStore));
  await proxy.close();
  await redis.stop();
});

function connected(deadAfterMs: number, answerWithinMs?: number): Store {
  const store = connectStore(`redis://127.0.0.1:${proxy.port}`, {
    deadAfterMs,
    ...(answerWithinMs === undefined ? {} : { answerWithinMs }),
  });
  stores.push(store);
  return store;
}

test("a connection of which a firewall knows nothing any more is made anew, and what was asked is answered", async () => {
  const { redis: client } = connected(100);
  await client.set("key", "value");
  proxy.poison({ kind: "half-open", thereafter: "forgotten" })();
  assert.equal(await client.get("key"), "value");
});

test("a listener that owes an answer gives it in time, and has a connection again later", async () => {
  const { redis: client } = connected(300, 50);
  await client.set("key", "value");
  proxy.poison({ kind: "half-open", thereafter: "forgotten" })();
  await assert.rejects(client.get("key"), /timed out/);
  await waitUntil(async () => (await client.get("key")) === "value", { what: "Redis answers", timeoutSeconds: 20 });
});

test("a worker whose connections are forgotten takes jobs again", async () => {
  const done = new Set<string>();
  const store = connected(300);
  const queue = new StudyQueue(connected(300), "report");
  const worker = workOn(store, "report", async ({ studyInstanceUID }) => void done.add(studyInstanceUID), {
    concurrency: 1,
    onError: () => {},
  });
  const isDone = async (name: string) => {
    await queue.add({ studyInstanceUID: uidFrom(name), revision: 1 });
    await waitUntil(() => done.has(uidFrom(name)), { what: `the job of ${name}`, timeoutSeconds: 60 });
  };
  await isDone("before");
  proxy.poison({ kind: "half-open", thereafter: "forgotten" })();
  await isDone("after");
  await worker.close();
  await queue.close();
});
