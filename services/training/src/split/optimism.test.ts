import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "@redspot/statistics";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { makeCase } from "../test-support.ts";
import { PAPER_OPTIONS } from "../train/head-options.ts";
import type { Case, PartFeatures, Split } from "../work-folder.ts";
import { measureOptimism } from "./optimism.ts";

const WIDTH = 64;
const split = {
  seed: 1,
  ratios: { training: 0.8, validation: 0.1, testing: 0.1 },
  parts: { training: [], validation: [], testing: [], final: ["a", "b"] },
} as unknown as Split;
const options = { ...PAPER_OPTIONS, schedule: { ...PAPER_OPTIONS.schedule, iterations: 1500, minibatch: 50 } };

const cases: Case[] = Array.from({ length: 202 }, (_, n) =>
  makeCase(n, new Float32Array(1), { id: `${n}`.padStart(32, "0"), patient: `${n}`.padStart(32, "0") }),
);
const byId = new Map(cases.map((one) => [one.id, one]));

/** Each case has features of its own, its eight images nearly the same; `told` is by how much they tell the label. */
const featuresThat = (told: number, asked: string[] = []) => ({
  async images(members: readonly string[]): Promise<PartFeatures> {
    const features = new Float32Array(members.length * WIDTH);
    const ids = members.map((member) => member.split("-")[0]!);
    asked.push(...members);
    for (const [row, member] of members.entries()) {
      const own = randomStream(1, ids[row]!);
      const image = randomStream(1, member);
      const fractured = byId.get(ids[row]!)!.label === "fracture";
      for (let i = 0; i < WIDTH; i++) {
        features[row * WIDTH + i] = uniformFloat64(own) + 0.1 * uniformFloat64(image) + (fractured ? told : 0);
      }
    }
    const labels = Uint8Array.from(ids, (id) => (byId.get(id)!.label === "fracture" ? 1 : 0));
    return { features, labels, ids };
  },
});

test("where there is nothing to learn, the published order shines and a split by patient does not", async () => {
  const asked: string[] = [];
  const told: number[][] = [];
  const { repeats, auc, accuracy } = await measureOptimism({
    cases,
    split,
    features: featuresThat(0, asked),
    nearDuplicates: [],
    options,
    repeats: 2,
    onProgress: (...progress) => void told.push(progress),
  });
  assert.equal(repeats.length, 2);
  for (const { published, byPatient } of repeats) {
    assert.ok(published.auc.value > 0.8, `published ${published.auc.value}`);
    assert.ok(byPatient.auc.value < 0.75, `by patient ${byPatient.auc.value}`);
    assert.deepEqual([published.images, byPatient.images], [160, 20]);
  }
  assert.ok(auc > 0.2 && accuracy > 0.15, `${auc}, ${accuracy}`);
  assert.deepEqual(told.at(-1), [6000, 6000]);
  // The final set, the latest of either class, was not looked at.
  const final = cases.slice(-2).map(({ id }) => id);
  assert.ok(!asked.some((member) => final.includes(member.split("-")[0]!)));
});

test("where the label is plain, both orders agree", async () => {
  const features = featuresThat(0.5);
  const { auc } = await measureOptimism({ cases, split, features, nearDuplicates: [], options, repeats: 1 });
  assert.ok(Math.abs(auc) < 0.02, `${auc}`);
});
