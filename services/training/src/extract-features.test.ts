import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ensureBackbone, FEATURE_COUNT, openEngine } from "@redspot/model";
import { planCases } from "./case-plan.ts";
import { extractFeatures } from "./extract-features.ts";
import { PAPER_OPTIONS } from "./train/head-options.ts";
import { PAPER_SCHEDULE } from "./train/schedule.ts";
import { trainHead } from "./train/train-head.ts";

test("the same phantoms give the same features and head, bit for bit, however many threads make them", async (t) => {
  const backbone = await ensureBackbone({ cacheDir: join(tmpdir(), "redspot-model-tests") });
  const head = { weights: new Float32Array(FEATURE_COUNT), bias: 0 };
  const matrix = { rows: 800, columns: 600 };
  const plan = planCases({ training: 4, calibration: 2, test: 2 }, 7).map((one) => ({ ...one, matrix }));
  const extract = async (threads: number) => {
    const engine = await openEngine({
      engine: "onnxruntime",
      device: "cpu",
      threads,
      backbonePath: backbone.path,
      head,
    });
    t.after(() => engine.close());
    const progress: number[] = [];
    const cases = await extractFeatures(plan, {
      engine,
      inputScaling: backbone.inputScaling,
      threads,
      onProgress: (done) => progress.push(done),
    });
    assert.deepEqual(progress, [1, 2, 3, 4, 5, 6, 7, 8]);
    return cases;
  };
  const [first, second] = [await extract(2), await extract(1)];
  assert.deepEqual(first, second);
  for (const { labels, severities } of Object.values(first)) {
    assert.equal(labels.filter((label) => label === 1).length, labels.length / 2);
    assert.deepEqual(
      [...labels].map((label) => label === 1),
      [...severities].map((severity) => severity > 0),
    );
  }
  const { features, labels } = first.training;
  assert.equal(labels.length, 8, "each training phantom comes a second time, flipped");
  assert.equal(labels[0], labels[1]);
  assert.notDeepEqual(features.slice(0, FEATURE_COUNT), features.slice(FEATURE_COUNT, 2 * FEATURE_COUNT));

  const schedule = { ...PAPER_SCHEDULE, iterations: 100, minibatch: 4 };
  const train = (training: typeof first.training) =>
    trainHead({ training, options: { ...PAPER_OPTIONS, schedule }, seed: 1 });
  const { head: trained } = await train(first.training);
  assert.deepEqual((await train(second.training)).head, trained);
  assert.ok(trained.weights.some((weight) => weight !== 0));
});
