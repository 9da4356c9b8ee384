import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ensureBackbone } from "./backbone.ts";
import { type Engine, INPUT_LENGTH, logitOf } from "./engine.ts";
import { ModelError } from "./model-error.ts";
import { openEngine } from "./open-engine.ts";
import { CACHE_DIR, largestDifference, makeHead, makeImages } from "./test-support.ts";

const head = makeHead();
let engine: Engine;

before(async () => {
  const { path } = await ensureBackbone({ cacheDir: CACHE_DIR });
  engine = await openEngine({ engine: "onnxruntime", device: "cpu", threads: 2, backbonePath: path, head });
});
after(() => engine.close());

test("one run gives features, logits and activation maps that agree with each other", async () => {
  const n = 3;
  const { features, logits, activationMaps } = await engine.run(makeImages(n), n);
  assert.equal(features.length, n * 2048);
  assert.equal(logits.length, n);
  assert.equal(activationMaps.length, n * 64);
  for (let i = 0; i < n; i++) {
    const own = features.subarray(i * 2048, (i + 1) * 2048);
    const weighted = own.reduce((sum, value, k) => sum + value * head.weights[k]!, head.bias);
    assert.ok(Math.abs(logits[i]! - weighted) < 1e-5, `logit ${logits[i]}, features times weights ${weighted}`);
    const map = activationMaps.subarray(i * 64, (i + 1) * 64);
    const mean = map.reduce((sum, value) => sum + value) / 64;
    assert.ok(
      Math.abs(logits[i]! - (mean + head.bias)) < 1e-5,
      `logit ${logits[i]}, mean of the map plus bias ${mean}`,
    );
    assert.ok(Math.max(...map) - Math.min(...map) > 0.01, "the map tells places apart");
  }
  assert.notEqual(logits[0], logits[1]);
});

test("an image's answer does not depend on the batch that it travels in", async () => {
  const together = await engine.run(makeImages(2), 2);
  const alone = await engine.run(makeImages(2).slice(INPUT_LENGTH), 1);
  assert.ok(largestDifference(alone.features, together.features.slice(2048)) < 1e-5);
  assert.ok(Math.abs(alone.logits[0]! - together.logits[1]!) < 1e-5);
});

test("another head scores what it is given, and only that run", async () => {
  const other = { ...makeHead(7), bias: 0.5 };
  const own = await engine.run(makeImages(1), 1);
  const { features, logits, activationMaps } = await engine.run(makeImages(1), 1, other);
  assert.deepEqual(features, own.features);
  assert.ok(Math.abs(logits[0]! - own.logits[0]!) > 0.01);
  const mean = activationMaps.reduce((sum, value) => sum + value) / 64;
  assert.ok(Math.abs(logits[0]! - (mean + other.bias)) < 1e-5, "the map is the other head's too");
  assert.deepEqual((await engine.run(makeImages(1), 1)).logits, own.logits);
  for (const [by, found] of [
    [head, own.logits[0]!],
    [other, logits[0]!],
  ] as const) {
    assert.ok(Math.abs(logitOf(by, own.features) - found) < 1e-5, "and it can be had from the features alone");
  }
  await assert.rejects(engine.run(makeImages(1), 1, { weights: new Float32Array(3), bias: 0 }), {
    code: "PACKAGE_INVALID",
  });
});

test("the caller's event loop turns while the engine computes", async () => {
  let turns = 0;
  let running = true;
  const turn = () => {
    turns++;
    if (running) setImmediate(turn);
  };
  turn();
  await engine.run(makeImages(1), 1);
  running = false;
  assert.ok(turns > 20, `it turned ${turns} times; an engine in this thread lets it turn two or three times`);
});

test("runs asked for together are all answered, each with its own", async () => {
  const [a, b] = await Promise.all([engine.run(makeImages(1, 5), 1), engine.run(makeImages(1, 9), 1)]);
  const again = await engine.run(makeImages(1, 5), 1);
  assert.deepEqual(a.logits, again.logits);
  assert.notDeepEqual(a.logits, b.logits);
});

test("input that fills its own buffer is moved, a view of something larger is copied", async () => {
  const whole = makeImages(2);
  await engine.run(whole.subarray(INPUT_LENGTH), 1);
  assert.equal(whole.length, 2 * INPUT_LENGTH);
  const { spent } = await engine.run(whole, 2);
  assert.equal(whole.length, 0);
  assert.equal(spent?.length, 2 * INPUT_LENGTH, "its memory comes back with the answer");
});

test("input of the wrong length is refused, and the engine goes on", async () => {
  for (const [input, n] of [
    [new Float32Array(10), 1],
    [makeImages(1), 2],
    [makeImages(1), 0.5],
    [new Float32Array(0), 0],
  ] as const) {
    await assert.rejects(
      engine.run(input, n),
      (error) => error instanceof ModelError && error.code === "ENGINE_INPUT_SHAPE",
    );
  }
  assert.equal((await engine.run(makeImages(1), 1)).logits.length, 1);
});

test("closing answers what was asked before, and refuses what is asked after", async () => {
  const { path } = await ensureBackbone({ cacheDir: CACHE_DIR });
  const short = await openEngine({ engine: "onnxruntime", device: "cpu", threads: 1, backbonePath: path, head });
  const asked = short.run(makeImages(1), 1);
  const closing = short.close();
  assert.equal((await asked).logits.length, 1);
  await closing;
  await short.close();
  await assert.rejects(short.run(makeImages(1), 1), { code: "ENGINE_STOPPED" });
});

test("an engine that cannot start says what is missing and how to get it", async () => {
  const { path } = await ensureBackbone({ cacheDir: CACHE_DIR });
  await assert.rejects(
    openEngine({ engine: "onnxruntime", device: "cpu", threads: 1, backbonePath: `${path}.none`, head }),
    { code: "ENGINE_UNAVAILABLE" },
  );
  await assert.rejects(
    openEngine({
      engine: "onnxruntime",
      device: "cpu",
      threads: 1,
      backbonePath: path,
      head: { weights: new Float32Array(3), bias: 0 },
    }),
    { code: "PACKAGE_INVALID" },
  );
});
