import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import {
  closeStore,
  connectStore,
  ReadingList,
  type Store,
  StudyLedger,
  StudyQueue,
  Subscriptions,
  workOn,
} from "@redspot/queue";
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
  await connected(300).redis.set("key", "value");
  const { redis: client } = connected(300, 50);
  // As often as it takes: on a busy machine the first answer alone may be later than 50 ms.
  const answers = () =>
    waitUntil(async () => (await client.get("key")) === "value", { what: "Redis answers", timeoutSeconds: 20 });
  await answers();
  proxy.poison({ kind: "half-open", thereafter: "forgotten" })();
  await assert.rejects(client.get("key"), /timed out/);
  await answers();
});

test("who listens to the reading list, or to workitems, hears of them again", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const ledger = new StudyLedger(connected(300));
  const arrive = (name: string) =>
    ledger.noteInstance({
      studyInstanceUID: uidFrom(name),
      sopInstanceUID: uidFrom(`image of ${name}`),
      sopClassUID: "1.2.840.10008.5.1.4.1.1.1",
      isImage: true,
      bytes: 1,
    });
  const forgetConnections = () => {
    proxy.poison({ kind: "half-open", thereafter: "forgotten" })();
    context.mock.timers.tick(10_000);
  };

  const list = await new ReadingList(connected(300)).watch();
  const [again, change] = [once(list, "resumed"), once(list, "change")];
  forgetConnections();
  await again;
  await arrive("listed");
  assert.deepEqual(await change, [uidFrom("listed")]);
  await list.close();

  const workitems = await new Subscriptions(connected(300)).watch();
  const [back, event] = [once(workitems, "resumed"), once(workitems, "event")];
  forgetConnections();
  await back;
  await arrive("to be read");
  assert.equal((await event)[0].study, uidFrom("to be read"));
  await workitems.close();
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
