import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Store } from "./connection.ts";
import { PermanentFailure, type StudyJob, StudyQueue, type WorkOptions, workOn } from "./jobs.ts";
import { redisForTests } from "./test-support.ts";
import { UnderWay } from "./under-way.ts";

const redis = redisForTests();
const mortal = fileURLToPath(new URL("./mortal-worker.ts", import.meta.url));

test("a study that kills its process is given up; the others, whoever died with it, are done", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  const innocent = Array.from({ length: 10 }, (_, index) => `1.${index}`);
  for (const studyInstanceUID of [...innocent.slice(0, 4), "6.6.6", ...innocent.slice(4)]) {
    await queue.add({ studyInstanceUID, revision: 1 });
  }
  // Each once: a process may die between saying that a study is done and telling Redis so, and then it is done again.
  const said = new Set<string>();
  let deaths = 0;
  // As a supervisor does, starts the process again until the work is over.
  while (said.size < 11) {
    const child = spawn(process.execPath, [mortal, redis.url(), store.prefix, "6.6.6"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.on("data", (data) => {
      for (const line of String(data).trim().split("\n")) said.add(line);
      if (said.size >= 11) child.kill("SIGTERM");
    });
    const [code, signal] = await once(child, "exit");
    if (signal === "SIGKILL") deaths += 1;
    assert.ok(deaths < 10, `ended with ${code} ${signal} after ${[...said].join(", ")}`);
  }
  assert.deepEqual(said, new Set([...innocent.map((study) => `done ${study}`), "given up 6.6.6 WORKER_DIED"]));
  // Once among the others, then alone as often as it may.
  assert.equal(deaths, 4);
  await queue.close();
});

test("who had not begun is not suspected, who lived through it neither, who is tried alone is known", async () => {
  const store = redis.store();
  const underWay = new UnderWay(store, "triage");
  assert.deepEqual(await underWay.deaths("a"), { among: 0, alone: 0 });
  assert.deepEqual(await underWay.deaths("a"), { among: 0, alone: 0 }, "it had only been in hand");
  await underWay.mark("a", { among: 0, alone: 0 }, "together");
  assert.deepEqual(await underWay.deaths("a"), { among: 1, alone: 0 });
  assert.deepEqual(await underWay.deaths("a"), { among: 1, alone: 0 }, "each death counts once");
  await underWay.mark("a", { among: 1, alone: 0 }, "alone");
  assert.deepEqual(await underWay.deaths("a"), { among: 2, alone: 1 });
  await underWay.clear("a");
  assert.deepEqual(await underWay.deaths("a"), { among: 0, alone: 0 });
});

/**
 * One worker has the only job in hand when its lock is lost, as if its event loop had stood still for longer than the lock lasts;
 * another takes the job and is done with it; only then `first` goes on. Answers with how often the job was worked at.
 */
async function loseTheLock(store: Store, queue: StudyQueue, first: () => void, options: Partial<WorkOptions>) {
  await queue.add({ studyInstanceUID: "1.1", revision: 1 });
  const held = Promise.withResolvers<void>();
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let runs = 0;
  const work = async () => {
    begun[runs]?.resolve();
    runs += 1;
    if (runs > 1) return;
    await held.promise;
    first();
  };
  const both = { concurrency: 1, lockMs: 500, onError: () => {}, ...options };
  const busy = workOn(store, "triage", work, both);
  await begun[0]?.promise;
  await store.redis.del(`${store.prefix}:queue:triage:1.1-r1:lock`);
  const other = workOn(redis.again(store), "triage", work, both);
  await begun[1]?.promise;
  while ((await queue.depth()).active > 0) await new Promise((resolve) => setImmediate(resolve));
  held.resolve();
  await Promise.all([busy.close(), other.close()]);
  return runs;
}

test("a job whose lock was lost while its process lived is done by another too, and ends once", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  const errors: string[] = [];
  const runs = await loseTheLock(store, queue, () => {}, { onError: ({ message }) => void errors.push(message) });
  assert.equal(runs, 2);
  assert.deepEqual(await queue.depth(), { waiting: 0, active: 0, delayed: 0, failed: 0 });
  assert.match(errors.join(), /lock/i);
  await queue.close();
});

test("who has lost the lock may not give a study up that another is done with", async () => {
  const store = redis.store();
  const queue = new StudyQueue(store, "triage");
  const givenUp: string[] = [];
  const fails = () => {
    throw new PermanentFailure("in vain");
  };
  const onGivenUp = async ({ studyInstanceUID }: StudyJob) => void givenUp.push(studyInstanceUID);
  assert.equal(await loseTheLock(store, queue, fails, { onGivenUp }), 2);
  assert.deepEqual(givenUp, []);
  assert.deepEqual(await queue.depth(), { waiting: 0, active: 0, delayed: 0, failed: 0 });
  await queue.close();
});
