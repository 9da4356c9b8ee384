import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveFirst } from "./live-first.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Work that ends when told to. */
function byHand(begun: string[], name: string) {
  const end = Promise.withResolvers<string>();
  const work = () => {
    begun.push(name);
    return end.promise;
  };
  return { work, end: () => end.resolve(name) };
}

test("the backlog's work begins in its order, no more of it at a time than there are threads", async () => {
  const lanes = new LiveFirst({ mostAtOnce: 2 });
  const begun: string[] = [];
  const pieces = ["1", "2", "3"].map((name) => byHand(begun, name));
  const done = pieces.map(({ work }) => lanes.backlog(work));
  await turn();
  assert.deepEqual(begun, ["1", "2"]);
  pieces[1]?.end();
  assert.equal(await done[1], "2");
  await turn();
  assert.deepEqual(begun, ["1", "2", "3"]);
  for (const piece of pieces) piece.end();
  await Promise.all(done);
});

test("a live study begins at once, and until the last of them is done nothing of the backlog begins", async () => {
  let quiet = 0;
  const lanes = new LiveFirst({ mostAtOnce: 1, onQuiet: () => quiet++ });
  const begun: string[] = [];
  const [running, waiting] = [byHand(begun, "running"), byHand(begun, "waiting")];
  const swept = [lanes.backlog(running.work), lanes.backlog(waiting.work)];
  await turn();
  const [first, second] = [byHand(begun, "first"), byHand(begun, "second")];
  const live = [lanes.live(first.work), lanes.live(second.work)];
  assert.deepEqual(begun, ["running", "first", "second"]);
  assert.equal(lanes.quiet, false);
  running.end();
  first.end();
  await Promise.all([swept[0], live[0]]);
  await turn();
  assert.deepEqual(begun, ["running", "first", "second"], "one live study is still in hand");
  second.end();
  await live[1];
  await turn();
  assert.deepEqual(begun, ["running", "first", "second", "waiting"]);
  assert.deepEqual([lanes.quiet, quiet], [true, 1]);
  waiting.end();
  await swept[1];
});

test("work that fails gives its turn on", async () => {
  const lanes = new LiveFirst({ mostAtOnce: 1 });
  const failing = () => Promise.reject(new Error("no"));
  await assert.rejects(lanes.live(failing), /no/);
  await assert.rejects(lanes.backlog(failing), /no/);
  assert.equal(await lanes.backlog(async () => "next"), "next");
});
