import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineLanes, EngineOutput, Head } from "@redspot/model";
import type { ModelInput } from "@redspot/pixels";
import { Batcher } from "./batcher.ts";

const PLANE = 299 * 299;
const NO_HEAD = { weights: new Float32Array(2048), bias: 0 };

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
  const batches: Array<{ n: number; head: Head | undefined; answer: () => void; fail: (error: Error) => void }> = [];
  const engine: Pick<EngineLanes, "run" | "lanes"> = {
    lanes,
    run(input, n, head) {
      const run = Promise.withResolvers<EngineOutput>();
      const logits = Float32Array.from({ length: n }, (_, index) => input[index * 3 * PLANE] ?? Number.NaN);
      const activationMaps = Float32Array.from({ length: n * 64 }, (_, cell) => Math.floor(cell / 64));
      const features = Float32Array.from({ length: n * 2048 }, (_, at) => Math.floor(at / 2048));
      batches.push({
        n,
        head,
        answer: () => run.resolve({ logits, activationMaps, features }),
        fail: run.reject,
      });
      return run.promise;
    },
  };
  const by = { engine, inputScaling: { min: 0, max: 1 }, head: NO_HEAD, calibrate: (logit: number) => logit };
  return { by, lanes, batches };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a lone image does not wait for others; of those that come while it runs, a full batch is handed over at once", async () => {
  const { by, lanes, batches } = engineByHand();
  const batcher = new Batcher({ lanes, batchSize: 4 });
  const first = batcher.score(image(0.5), by);
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [1],
  );
  const others = [0.1, 0.2, 0.3, 0.4, 0.6].map((grey) => batcher.score(image(grey), by));
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
  assert.deepEqual(
    scores.map(({ features }) => [features.length, features[0], features[2047]]),
    [0, 1, 2, 3, 0].map((place) => [2048, place, place]),
    "each has its own, which the shadow judges by",
  );
});

test("no more than one batch waits for the engine, however many images there are", async () => {
  const { by, lanes, batches } = engineByHand();
  const batcher = new Batcher({ lanes, batchSize: 2 });
  const scores = Promise.all(Array.from({ length: 7 }, () => batcher.score(image(0), by)));
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
  const { by, lanes, batches } = engineByHand();
  const batcher = new Batcher({ lanes, batchSize: 4 });
  const score = batcher.score(image(0.25), { ...by, inputScaling: { min: -1, max: 1 } });
  await turn();
  batches[0]?.answer();
  assert.equal((await score).logit, -0.5);
});

test("an engine that fails fails its batch, and the next one runs", async () => {
  const { by, lanes, batches } = engineByHand();
  const batcher = new Batcher({ lanes, batchSize: 1 });
  const failing = assert.rejects(batcher.score(image(0), by), /out of memory/);
  const working = batcher.score(image(1), by);
  await turn();
  batches[0]?.fail(new Error("out of memory"));
  await failing;
  await turn();
  batches[1]?.answer();
  assert.equal((await working).logit, 1);
});

test("images that come together are shared out among the lanes that are free; each lane has at most one batch before it", async () => {
  const { by, lanes, batches } = engineByHand(2);
  const batcher = new Batcher({ lanes, batchSize: 4 });
  const scores = [0.1, 0.2, 0.3].map((grey) => batcher.score(image(grey), by));
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2, 1],
  );
  scores.push(...Array.from({ length: 13 }, () => batcher.score(image(0), by)));
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
  const { by, lanes, batches } = engineByHand();
  const batcher = new Batcher({ lanes, batchSize: 2 });
  const swept = Array.from({ length: 5 }, () => batcher.scoreOfBacklog(image(0), by));
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.n),
    [2],
    "although another would be full",
  );
  const live = batcher.score(image(0.5), by);
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
  const { by, lanes, batches } = engineByHand(2);
  let quiet = false;
  const batcher = new Batcher({
    lanes,
    batchSize: 2,
    mayRunBacklog: () => quiet,
  });
  const swept = batcher.scoreOfBacklog(image(0.25), by);
  await turn();
  assert.equal(batches.length, 0);
  quiet = true;
  batcher.wake();
  assert.equal(batches.length, 1);
  batches[0]?.answer();
  assert.equal((await swept).logit, 0.25);
});

test("a batch is scored by one model: what came before another got the word stays with the one that it came to", async () => {
  const { by, lanes, batches } = engineByHand();
  const other = { ...by, head: { weights: new Float32Array(2048), bias: 1 } };
  const batcher = new Batcher({ lanes, batchSize: 4 });
  const scores = [by, by, other, other, by].map((model, index) => batcher.score(image(index / 8), model));
  for (let answered = 0; answered < 3; answered++) {
    await turn();
    batches[answered]?.answer();
  }
  assert.deepEqual(
    (await Promise.all(scores)).map(({ logit }) => logit),
    [0, 0.125, 0.25, 0.375, 0.5],
  );
  assert.deepEqual(
    batches.map(({ n, head }) => [n, head?.bias]),
    [
      [2, 0],
      [2, 1],
      [1, 0],
    ],
  );
});

test("it is idle when nothing waits and nothing runs, and tells so", async () => {
  const { by, lanes, batches } = engineByHand();
  let told = 0;
  const batcher = new Batcher({ lanes, batchSize: 4, onIdle: () => told++ });
  assert.equal(batcher.idle, true);
  const score = batcher.score(image(0.25), by);
  assert.equal(batcher.idle, false);
  await turn();
  assert.deepEqual([batcher.idle, told], [false, 0]);
  batches[0]?.answer();
  assert.equal((await score).features.length, 2048);
  await turn();
  assert.deepEqual([batcher.idle, told], [true, 1]);
});

test("the memory of a full batch is used again for the next one, and for nobody else", async () => {
  const seen: Float32Array[] = [];
  const engine: Pick<EngineLanes, "run"> = {
    async run(input, n) {
      seen.push(input);
      const logits = Float32Array.from({ length: n }, (_, index) => input[index * 3 * PLANE]!);
      const features = new Float32Array(n * 2048);
      return { logits, features, activationMaps: new Float32Array(n * 64), spent: input };
    },
  };
  const by = { engine, inputScaling: { min: 0, max: 1 }, head: NO_HEAD, calibrate: (logit: number) => logit };
  const batcher = new Batcher({ lanes: 1, batchSize: 2 });
  const logits: number[] = [];
  for (const greys of [[0.25, 0.5], [0.75], [0.125, 1]]) {
    const scores = await Promise.all(greys.map((grey) => batcher.scoreOfBacklog(image(grey), by)));
    logits.push(...scores.map(({ logit }) => logit));
  }
  assert.deepEqual(logits, [0.25, 0.5, 0.75, 0.125, 1]);
  const [first, lone, last] = seen;
  assert.equal(last, first);
  assert.notEqual(lone, first);
});
