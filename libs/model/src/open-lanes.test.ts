import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureBackbone } from "./backbone.ts";
import { openLanes } from "./open-lanes.ts";
import { CACHE_DIR, makeHead, makeImages } from "./test-support.ts";

const { path: backbonePath } = await ensureBackbone({ cacheDir: CACHE_DIR });
const options = { engine: "onnxruntime", device: "cpu", threads: 1, backbonePath, head: makeHead() } as const;

test("lanes answer as one engine does, whichever computes", async () => {
  const engine = await openLanes(options, 2);
  try {
    const seeds = [5, 9, 5, 9];
    const outputs = await Promise.all(seeds.map((seed) => engine.run(makeImages(1, seed), 1)));
    assert.deepEqual(outputs[0]?.logits, outputs[2]?.logits);
    assert.deepEqual(outputs[1]?.logits, outputs[3]?.logits);
    assert.notDeepEqual(outputs[0]?.logits, outputs[1]?.logits);
    assert.deepEqual([engine.name, engine.device, engine.lanes], ["onnxruntime", "cpu", 2]);
    await assert.rejects(engine.run(new Float32Array(3), 1), { code: "ENGINE_INPUT_SHAPE" });
  } finally {
    await engine.close();
  }
  await assert.rejects(engine.run(makeImages(1), 1), { code: "ENGINE_STOPPED" });
});

test("where one lane cannot start, none is left open", async () => {
  await assert.rejects(openLanes({ ...options, backbonePath: `${backbonePath}.none` }, 2), {
    code: "ENGINE_UNAVAILABLE",
  });
});
