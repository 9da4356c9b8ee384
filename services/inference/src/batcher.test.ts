import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineLanes, EngineOutput } from "@redspot/model";
import type { ModelInput } from "@redspot/pixels";
import { Batcher } from "./batcher.ts";

const PLANE = 299 * 299;

function image(grey: number): ModelInput {
  return {
    size: 299,
    pixels: new Float32Array(PLANE).fill(grey),
    facts: {
      window: "linear",
      annotationPixelsRemoved: 0,
      decodedReduction: 0,
      content: { x: 0, y: 0, width: 299, height: 299 },
    },
  } as ModelInput;
}

/** An engine whose logit is the image's first value, which answers when told to, and notes its batches. */
function engineByHand(lanes = 1) {
  const batches: Array<{ n: number; answer: () => void; fail: (error: Error) => void }> = [];
  const engine: Pick<EngineLanes, "run" | "lanes"> = {
    lanes,
    run(input, n) {
      const run = Promise.withResolvers<EngineOutput>();
      const logits = Float32Array.from({ length: n }, (_, index) => input[index * 3 * PLANE] ?? Number.NaN);
      const activationMaps = Float32Array.from({ length: n * 64 }, (_, cell) => Math.floor(cell / 64));
      batches.push({
        n,
        answer: () => run.resolve({ logits, activationMaps, features: new Float32Array(n * 2048) }),
        fail: run.reject,
      });
      return run.promise;
    },
  };
  return { engine, batches };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a lone image does not wait for others; of those that come while it runs, a full batch is handed over at once", async () => {
  const { engine, batches } = engineByHand();
  const batcher = new Batcher({ engine, inputScaling: { min: 0, max: 1 }, batchSize: 4 });
  const first = batcher.score(image(0.5));
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [1],
  );
  const others = [0.1, 0.2, 0.3, 0.4, 0.6].map((grey) => batcher.score(image(grey)));
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [1, 4],
    "what does not fill a batch waits",
  );
  batches[0]?.answer();
  assert.equal((await first).logit, 0.5);
  await turn();
  assert.equal(batches.length, 2, "while another runs");
  batches[1]?.answer();
  await turn();
  batches[2]?.answer();
  const scores = await Promise.all(others);
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [1, 4, 1],
  );
  assert.deepEqual(
    scores.map((score) => Math.round(score.logit * 10)),
    [1, 2, 3, 4, 6],
  );
  assert.deepEqual(
    scores.map((score) => score.activationMap[63]),
    [0, 1, 2, 3, 0],
  );
});

test("no more than one batch waits for the engine, however many images there are", async () => {
  const { engine, batches } = engineByHand();
  const batcher = new Batcher({ engine, inputScaling: { min: 0, max: 1 }, batchSize: 2 });
  const scores = Promise.all(Array.from({ length: 7 }, () => batcher.score(image(0))));
  await turn();
  assert.equal(batches.length, 2);
  for (let answered = 0; answered < batches.length; answered++) {
    batches[answered]?.answer();
    await turn();
  }
  assert.equal((await scores).length, 7);
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2, 2, 2, 1],
  );
});

test("greys are scaled as the backbone asks", async () => {
  const { engine, batches } = engineByHand();
  const batcher = new Batcher({ engine, inputScaling: { min: -1, max: 1 }, batchSize: 4 });
  const score = batcher.score(image(0.25));
  await turn();
  batches[0]?.answer();
  assert.equal((await score).logit, -0.5);
});

test("an engine that fails fails its batch, and the next one runs", async () => {
  const { engine, batches } = engineByHand();
  const batcher = new Batcher({ engine, inputScaling: { min: 0, max: 1 }, batchSize: 1 });
  const failing = assert.rejects(batcher.score(image(0)), /out of memory/);
  const working = batcher.score(image(1));
  await turn();
  batches[0]?.fail(new Error("out of memory"));
  await failing;
  await turn();
  batches[1]?.answer();
  assert.equal((await working).logit, 1);
});

test("images that come together are shared out among the lanes that are free; each lane has at most one batch before it", async () => {
  const { engine, batches } = engineByHand(2);
  const batcher = new Batcher({ engine, inputScaling: { min: 0, max: 1 }, batchSize: 4 });
  const scores = [0.1, 0.2, 0.3].map((grey) => batcher.score(image(grey)));
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2, 1],
  );
  scores.push(...Array.from({ length: 13 }, () => batcher.score(image(0))));
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2, 1, 4, 4],
  );
  for (let answered = 0; answered < batches.length; answered++) {
    batches[answered]?.answer();
    await turn();
  }
  assert.equal((await Promise.all(scores)).length, 16);
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2, 1, 4, 4, 4, 1],
  );
});

test("an image of the backlog never lies before a lane that runs, and a live one that comes meanwhile is next", async () => {
  const { engine, batches } = engineByHand();
  const batcher = new Batcher({ engine, inputScaling: { min: 0, max: 1 }, batchSize: 2 });
  const swept = Array.from({ length: 5 }, () => batcher.scoreOfBacklog(image(0)));
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2],
    "although another would be full",
  );
  const live = batcher.score(image(0.5));
  await turn();
  batches[0]?.answer();
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2, 1],
    "alone: images of the backlog would make its batch longer",
  );
  batches[1]?.answer();
  assert.equal((await live).logit, 0.5);
  await turn();
  for (let answered = 2; answered < batches.length; answered++) {
    batches[answered]?.answer();
    await turn();
  }
  assert.equal((await Promise.all(swept)).length, 5);
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2, 1, 2, 1],
  );
});

test("while a live study is in hand no batch of the backlog begins, though its image is not ready yet", async () => {
  const { engine, batches } = engineByHand(2);
  let quiet = false;
  const batcher = new Batcher({
    engine,
    inputScaling: { min: 0, max: 1 },
    batchSize: 2,
    mayRunBacklog: () => quiet,
  });
  const swept = batcher.scoreOfBacklog(image(0.25));
  await turn();
  assert.equal(batches.length, 0);
  quiet = true;
  batcher.wake();
  assert.equal(batches.length, 1);
  batches[0]?.answer();
  assert.equal((await swept).logit, 0.25);
});
