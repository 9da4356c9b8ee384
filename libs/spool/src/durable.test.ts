import assert from "node:assert/strict";
import { test } from "node:test";
import { GroupCommit } from "./durable.ts";

/** An operation of which each run ends when it is told to. */
function controlled() {
  const runs: PromiseWithResolvers<void>[] = [];
  const commit = new GroupCommit(() => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  });
  return { commit, runs };
}

const turns = async () => {
  for (let turn = 0; turn < 10; turn += 1) await undefined;
};

test("those who ask while one runs share the next one, and do not take the one that runs for theirs", async () => {
  const { commit, runs } = controlled();
  const done: string[] = [];
  const asked = ["first", "second", "third"].map((name) => commit.run().then(() => done.push(name)));
  assert.equal(runs.length, 1);
  runs[0]!.resolve();
  await turns();
  assert.deepEqual(done, ["first"]);
  assert.equal(runs.length, 2);
  asked.push(commit.run().then(() => done.push("fourth")));
  runs[1]!.resolve();
  await turns();
  assert.deepEqual(done, ["first", "second", "third"]);
  runs[2]!.resolve();
  await Promise.all(asked);
  assert.equal(runs.length, 3);
  assert.ok(commit.idle);
});

test("a failure is that of those who shared the run, and the next run is a new try", async () => {
  const { commit, runs } = controlled();
  const first = commit.run();
  const second = commit.run();
  runs[0]!.reject(new Error("the disk is away"));
  await assert.rejects(first, /the disk is away/);
  await turns();
  runs[1]!.resolve();
  await second;
  assert.ok(commit.idle);
});
